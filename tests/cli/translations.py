"""What `evidence` says in other languages, from an installed tree: the catalogues are complete and belong
to the source; the language follows LANGUAGE; English is the fallback; JSON and what is recorded stay."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD, SOURCE, BINDIR = sys.argv[1:]
PO = os.path.join(SOURCE, 'cmd', 'po')
# Written by hand: what `evidence --help` says of `list`, and a word of each result below.
LIST = {
	'sq': 'shfaq listën e elementeve', 'bs': 'prikaži popis stavki', 'hr': 'prikaži popis stavki',
	'mk': 'прикажи список на ставки', 'cnr': 'prikaži popis stavki', 'sr@latin': 'prikaži popis stavki',
	'sr': 'прикажи попис ставки',
}


def fail(text):
	sys.exit('FAILED: ' + text)


def call(*argv, expect=0, **environment):
	env = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='')
	env.update(environment)
	done = subprocess.run(argv, capture_output=True, env=env)
	if done.returncode != expect:
		fail('%s: exit %d\n%s%s' % (argv, done.returncode, done.stdout.decode(), done.stderr.decode()))
	return done.stdout.decode(), done.stderr.decode()


def messages(catalogue):
	"""msgid -> msgstr, by the tools of gettext."""
	out, _ = call('msgcat', '--no-wrap', '--no-location', catalogue)
	found = {}
	for block in out.split('\n\n'):
		words = [''.join(re.findall(r'"(.*)"', part)) for part in re.split(r'^msgstr ', block, flags=re.M)]
		if len(words) == 2 and '#, fuzzy' not in block:
			found[words[0]] = words[1]
	return found


def catalogues(scratch):
	pot = os.path.join(scratch, 'now.pot')
	commands = os.path.join(SOURCE, 'cmd')
	sources = sorted(os.path.join(commands, n) for n in os.listdir(commands)
		if n == 'evidence.c' or n.startswith('cmd_') and n.endswith('.c'))
	call('xgettext', '-L', 'C', '-k_', '-kN_', '--from-code=UTF-8', '-o', pot, *sources)
	wanted = set(messages(pot)) - {''}
	if len(wanted) < 20:
		fail('only %d strings were found in the source' % len(wanted))
	for language in LIST:
		found = messages(os.path.join(PO, language + '.po'))
		if set(found) - {''} != wanted:
			fail('%s.po does not fit the source: %s' % (language, sorted((set(found) - {''}) ^ wanted)))
		for msgid, msgstr in found.items():
			if msgid and (not msgstr or msgstr == msgid):
				fail('%s.po: "%s" is not translated' % (language, msgid))
	made, _ = call(sys.executable, os.path.join(SOURCE, 'tests', 'cyrillic.py'), '--po', os.path.join(PO, 'sr@latin.po'))
	with open(os.path.join(PO, 'sr.po'), encoding='utf-8') as f:
		if f.read() != made:
			fail('sr.po is not what sr@latin.po gives; make it anew with tests/cyrillic.py --po')


def speaks(scratch):
	prefix = os.path.join(scratch, 'prefix')
	call('cmake', '--install', BUILD, '--prefix', prefix)
	program = os.path.join(prefix, BINDIR, 'evidence')
	english, _ = call(program, '--help')
	if 'list the items' not in english:
		fail('English is not the fallback')
	for language, words in LIST.items():
		out, _ = call(program, '--help', LANGUAGE=language)
		if words not in out or 'list the items' in out:
			fail('%s: %s' % (language, out))
	if call(program, '--help', LANGUAGE='xx')[0] != english or call(program, '--help', LC_ALL='C', LANGUAGE='sr')[0] != english:
		fail('a language that is not there does not give English')
	home = {'EVIDENCE_HOME': os.path.join(scratch, 'home'), 'LANGUAGE': 'sr'}
	secret, case = os.path.join(scratch, 'passphrase'), os.path.join(scratch, 'case')
	with open(secret, 'w') as f:
		f.write('correct horse battery\n')
	call(program, 'identity', 'create', '--name', 'Ana', '--role', 'lawyer', '--passphrase-file', secret, **home)
	out, _ = call(program, 'open', case, '--number', '1', '--title', 'T', '--passphrase-file', secret, **home)
	if not re.match(r'Предмет [0-9a-f-]{36} отворен у ', out):
		fail(out)
	in_serbian, _ = call(program, '-C', case, 'log', '--json', **home)
	home['LANGUAGE'] = ''
	if call(program, '-C', case, 'log', '--json', **home)[0] != in_serbian or not in_serbian:
		fail('JSON depends on the language')
	_, err = call(program, '-C', case, 'add', os.path.join(scratch, 'absent'), '--passphrase-file', secret, expect=66,
		**dict(home, LANGUAGE='sr'))
	if 'No such file or directory' not in err:
		fail('the words of the system depend on the language: ' + err)
	paper(program, scratch, case, secret, home)


# By hand: a word of the form that stands in every language's own spelling, and where its first value begins.
FORM = {'': 'Recipient, signature', 'sq': 'Marrësi, nënshkrimi', 'sr': 'Прималац, потпис'}


def paper(program, scratch, case, secret, home):
	"""The form of a handover on paper: in the language of whoever prints it, no English left, values under each other."""
	english = None
	for language in sorted(FORM):
		form = os.path.join(scratch, 'form-%s.txt' % language)
		call(program, '-C', case, 'transfer', '--to', 'anyone', '--recipient', 'X', '--purpose', 'Y', '--form', form,
			os.path.join(scratch, 'b-%s.asice' % language), '--passphrase-file', secret, **dict(home, LANGUAGE=language))
		with open(form, encoding='utf-8') as f:
			lines = f.read().split('\n')
		english = english or lines
		signature, = [line for line in lines if line.startswith(FORM[language])]
		if signature.index('_') != 36 or len(lines) != len(english):
			fail('the form in %r: %r' % (language, lines))
		said = [line.split('  ')[0] for line in lines if re.match(r'[^ \[]', line)]
		if language and set(said) & {line.split('  ')[0] for line in english if re.match(r'[^ \[]', line)}:
			fail('the form in %s has English in it: %r' % (language, said))


def main():
	scratch = tempfile.mkdtemp(prefix='translations-')
	try:
		catalogues(scratch)
		speaks(scratch)
	finally:
		shutil.rmtree(scratch)


main()
