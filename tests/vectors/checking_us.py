"""checking_us.py CHECKING-US.md BUNDLE...: the commands of docs/checking-us.md step 2, run as they stand there, on good bundles; the
fingerprint they print must be the one that the log names, whatever certificates, lists and answers stand beside the signer's."""
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile


def commands(text):
	"""What is asked, and the command, of each row that has one that can be run as it stands."""
	table = text[text.index('| question | command |'):text.index('This does not check')]
	rows = [re.match(r'\| (.+?) \| `(.+?)` \|', line) for line in table.splitlines()]
	return {m[1]: m[2].replace('\\|', '|') for m in rows if m}


def check(bundle, table):
	with tempfile.TemporaryDirectory() as d:
		with zipfile.ZipFile(bundle) as z:
			z.extractall(d)
			last = max(n for n in z.namelist() if n.endswith('/entry.json'))
			names = json.loads(z.read(last))['certificate']
		for question, command in table.items():
			done = subprocess.run(['sh', '-c', command], cwd=d, capture_output=True, text=True)
			if done.returncode != 0:
				sys.exit('%s: %s: %s\n%s' % (bundle, question, command, done.stderr))
			if question == 'whose key?':
				said = done.stdout.strip().rpartition('=')[2].replace(':', '').lower()
				if said != names:
					sys.exit('%s: %s: says %s, it is %s' % (bundle, command, said, names))


def main():
	table = commands(open(sys.argv[1], encoding='utf-8').read())
	missing = {'payload unchanged?', 'log and tag files unchanged?', 'is the signature right?', 'whose key?', 'is it CAdES?'} ^ set(table)
	if missing:
		sys.exit('the table has other rows than this test knows: %s' % missing)
	for bundle in sys.argv[2:]:
		check(os.path.abspath(bundle), table)
	print('%d commands on %d bundles' % (len(table), len(sys.argv) - 2))


main()
