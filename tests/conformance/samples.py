#!/usr/bin/env python3
"""samples.py EVIDENCE --lib LIB --samples LIB: the ASiC containers, good and bad, that EU DSS publishes with its tests, through
`evidence inspect` and through DSS, which trusts every certificate in them, so that only integrity is compared. Ours says that everything
fits only where DSS passes every signature, or every time-stamp where there is no signature; no container is called verified.
"""
import argparse
import collections
import glob
import os
import sys
import tempfile
import zipfile

import dss
import foreign

ENDS = ('.asice', '.asics', '.sce', '.scs')


def unpack(jars, out):
	"""The containers in DSS's jars of tests, numbered: name there, path here."""
	found = []
	for jar in sorted(glob.glob(os.path.join(jars, '*-tests.jar'))):
		with zipfile.ZipFile(jar) as z:
			for name in sorted(n for n in z.namelist() if n.lower().endswith(ENDS)):
				path = os.path.join(out, '%03d%s' % (len(found), os.path.splitext(name)[1]))
				with open(path, 'wb') as f:
					f.write(z.read(name))
				found.append((os.path.basename(jar).rpartition('-tests')[0] + ' ' + name, path))
	return found


def worst(answer):
	"""What DSS says of the worst signature; of the worst time-stamp where there is none."""
	said = answer.get('each') or answer.get('timestamps') or ['none']
	if 'refused' in answer:
		return 'refused'
	for word in ('FAILED', 'INDETERMINATE', 'none'):
		if any(word in x for x in said):
			return word
	return 'PASSED'


def main():
	p = argparse.ArgumentParser()
	p.add_argument('evidence')
	p.add_argument('--lib', required=True)
	p.add_argument('--samples', required=True)
	a = p.parse_args()
	with tempfile.TemporaryDirectory() as out:
		found = unpack(a.samples, out)
		answers = dss.judge(a.lib, [(path, dss.TIME, 'all') for _, path in found])
		counts, bad = collections.Counter(), []
		for (name, path), answer in zip(found, answers):
			key = worst(answer), foreign.ours(a.evidence, path)
			counts[key] += 1
			if key[1] == 'fits' and key[0] != 'PASSED':
				bad.append('%s: DSS %s, ours fits' % (name, key[0]))
	for (x, y), n in sorted(counts.items()):
		print('DSS %-14s ours %-5s %d' % (x, y, n))
	for key in (('PASSED', 'fits'), ('FAILED', 'not')):
		if not counts[key]:
			bad.append('no container with DSS %s, ours %s: the samples are not what they were' % key)
	for line in bad:
		print('FAIL ' + line)
	print('%s %d containers, %d complaints' % ('FAIL' if bad else 'PASS', len(found), len(bad)))
	sys.exit(1 if bad else 0)


if __name__ == '__main__':
	main()
