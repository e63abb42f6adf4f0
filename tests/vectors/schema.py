#!/usr/bin/env python3
"""schema.py VECTORS VERIFIER SCHEMA: reports of the verifier, each held against docs/verdict.schema.json by a validator of others
(python3-jsonschema): of every 7th vector, and of all with --extends or --receipt."""
import concurrent.futures
import json
import os
import subprocess
import sys

import jsonschema

STEP = 7
# Members that only some reports have: each must have been met
SOME = {'at', 'envelope', 'extends', 'receipt', 'sealedBy', 'signers', 'time'}


def calls(vectors, table):
	at = lambda word: os.path.join(vectors, word[2:]) if word.startswith('@/') else word
	rows = table['vectors'][::STEP] + [r for r in table['vectors'] if '--extends' in r['args']] + table['receipts']
	return [list(map(at, r['args'])) + [os.path.join(vectors, r['file'])] for r in rows if r['exit'] < 64]


def main():
	vectors, verifier, path = sys.argv[1:]
	with open(os.path.join(vectors, 'expected.json'), encoding='utf-8') as f:
		table = json.load(f)
	with open(path, encoding='utf-8') as f:
		schema = json.load(f)
	jsonschema.Draft202012Validator.check_schema(schema)
	validator = jsonschema.Draft202012Validator(schema)
	run = lambda words: subprocess.run([verifier, '--json'] + words, capture_output=True, text=True).stdout
	wrong, met, n = [], set(), 0
	with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
		for words, out in zip(calls(vectors, table), pool.map(run, calls(vectors, table))):
			report = json.loads(out)
			met |= {k for k in report if report[k]}
			n += 1
			wrong += ['%s: %s: %s' % (words[-1], '/'.join(map(str, e.path)), e.message) for e in validator.iter_errors(report)]
	if SOME - met:
		wrong.append('never met: %s' % ', '.join(sorted(SOME - met)))
	if wrong:
		sys.exit('\n'.join(wrong[:20]))
	print('%d reports are of the schema' % n)


main()
