#!/usr/bin/env python3
"""Writes the vectors: generate.py OUT [--only PATTERN] [--large | --sparse]. See README.md."""
import argparse
import fnmatch
import sys
import time

sys.dont_write_bytecode = True

from gen import argued, good, receipts, sparse, table  # noqa: E402


def main():
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument('out')
	parser.add_argument('--only', help='names that match one of these patterns, blanks between: "Z-* good-0"')
	parser.add_argument('--large', action='store_true', help='also those of several GiB')
	parser.add_argument('--sparse', action='store_true', help='those files alone that are holes almost everywhere')
	options = parser.parse_args()
	only = (lambda name: any(fnmatch.fnmatch(name, p) for p in options.only.split())) if options.only else None
	began = time.monotonic()
	t = table.Table(options.out, only)
	for part in [sparse] if options.sparse else parts(options.large):
		part.build(t)
	unargued = argued.argue(t.rows)
	t.save()
	absent = table.missing(t.rows, t.skipped)
	some = options.only or options.sparse
	if absent and not some:
		sys.exit('cases without vector or reason: ' + ' '.join(absent))
	if unargued and not some:
		sys.exit('judged otherwise than the catalogue expects, without a reason:\n' + '\n'.join(unargued))
	print('%d vectors (%d good), %d receipts, %d cases not applicable, %.1f s' % (len(t.rows), sum(r['good'] for r in t.rows),
		len(t.receipts), len(t.skipped), time.monotonic() - began))


def parts(large):
	import importlib
	import pkgutil
	import gen
	names = sorted(m.name for m in pkgutil.iter_modules(gen.__path__) if m.name.startswith('cases_'))
	out = [good, receipts] + [importlib.import_module('gen.' + n) for n in names]
	if large:
		out.append(importlib.import_module('gen.large'))
	return out


if __name__ == '__main__':
	main()
