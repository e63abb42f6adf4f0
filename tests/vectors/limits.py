#!/usr/bin/env python3
"""What a verdict does not prove stands whole at the end of every text report, in each language, as docs/verify.md §9 has it (threats I-25).

  limits.py VECTORS VERIFIER docs/verify.md
"""
import json
import os
import re
import subprocess
import sys

import run

# verified, an extract, not proved who, not proved when, not verified, refused, an envelope
NAMES = ['good-2', 'good-extract', 'X-01', 'A-27', 'H-04', 'Z-57', 'A-36']
LANGUAGES = {'en', 'sq', 'bs', 'hr', 'mk', 'cnr', 'sr-Latn', 'sr-Cyrl'}


def documented(path):
	with open(path, encoding='utf-8') as f:
		section = f.read().split('\n## 9. ')[1]
	return dict(re.findall(r'^- `([\w-]+)`: (.+)$', section, re.M))


def main():
	folder, verifier, docs = sys.argv[1:]
	words = documented(docs)
	if set(words) != LANGUAGES:
		sys.exit('verify.md §9 has ' + ' '.join(sorted(words)))
	with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
		rows = {r['name']: r for r in json.load(f)['vectors']}
	wrong = 0
	for name in NAMES:
		row = rows[name]
		args = [run.place(folder, a) for a in row['args']] + [os.path.join(folder, row['file'])]
		for language, text in words.items():
			out = subprocess.run([verifier, '--lang', language] + args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False).stdout.decode()
			if not out.endswith('\n\n%s\n[%s]\n' % (text, row['verdict'])):
				print('%s, %s: the report ends with %r' % (name, language, out[-700:]))
				wrong += 1
	print('%d reports, %d wrong' % (len(NAMES) * len(words), wrong))
	sys.exit(1 if wrong else 0)


if __name__ == '__main__':
	main()
