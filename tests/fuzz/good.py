#!/usr/bin/env python3
"""good.py VECTORS FOLDER: the good bundles that fuzz_verify starts from, in FOLDER/SET, each with its `options`."""
import json
import os
import shutil
import sys

SETS = {
	'signed': ['good-0', 'good-3', 'good-all-keys', 'good-key-p384', 'good-key-rsa-pss-3072', 'good-key-rsa-pkcs1-2048',
		'good-extract', 'good-lost', 'good-transfer'],
	# covers of envelopes: to .11 by the other kinds of key, .5 and .13 the least that one can hold
	'envelopes': ['A-36', 'A-36.5', 'A-36.9', 'A-36.10', 'A-36.11', 'A-36.13'],
	'stamped': ['good-level-b', 'good-level-t', 'good-level-lt', 'good-level-lta'],
}


def main(vectors, folder):
	with open(os.path.join(vectors, 'expected.json')) as f:
		rows = {r['name']: r for r in json.load(f)['vectors']}
	for kind, names in SETS.items():
		out = os.path.join(folder, kind)
		os.makedirs(out, exist_ok=True)
		options = set()
		for name in names:
			shutil.copy(os.path.join(vectors, rows[name]['file']), out)
			args = rows[name]['args']
			for option, value in zip(args[::2], args[1::2]):
				if option == '--trust':
					shutil.copy(value.replace('@', vectors, 1), out)
					value = os.path.basename(value)
				options.add('%s %s' % (option[2:], value))
		if not any(line.startswith('at ') for line in options):
			options.add('at 2026-11-22T12:00:00.000Z')
		with open(os.path.join(out, 'options'), 'w') as f:
			f.write('\n'.join(sorted(options)) + '\n')


if __name__ == '__main__':
	main(sys.argv[1], sys.argv[2])
