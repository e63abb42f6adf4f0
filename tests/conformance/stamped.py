#!/usr/bin/env python3
"""stamped.py PROGRAMS --lib JARS: what `evidence timestamp` makes, before EU DSS: CAdES-BASELINE-T, -LT and -LTA (twice), TOTAL_PASSED
with the authority and the sealing certificate as anchors. The authority is `openssl ts`, as in tests/cli/timestamp.py."""
import argparse
import datetime
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, '..', 'cli')]
import dss  # noqa: E402
import timestamp  # noqa: E402
from cli import Cli  # noqa: E402


def make(programs):
	cli = Cli(programs)
	cli.me = cli.identity()
	a = timestamp.Authority(cli, 'one')
	timestamp.open_case(cli)
	paths = {n: cli.path(n + '.asice') for n in ('B', 'T', 'LT', 'LT-ocsp', 'LTA', 'LTA-2')}
	cli.evidence('seal', paths['B'])
	timestamp.stamp(cli, a, paths['B'], paths['T'])
	cli.evidence('timestamp', 'embed', '--bundle', paths['T'], '--out', paths['LT'], '--trust', a.ca, '--crl', a.crl)
	cli.evidence('timestamp', 'embed', '--bundle', paths['T'], '--out', paths['LT-ocsp'], '--trust', a.ca, '--ocsp', a.ocsp())
	timestamp.stamp(cli, a, paths['LT'], paths['LTA'], '--archive')
	timestamp.stamp(cli, a, paths['LTA'], paths['LTA-2'], '--archive')
	return cli, a, paths


def main():
	p = argparse.ArgumentParser()
	p.add_argument('programs')
	p.add_argument('--lib', required=True)
	args = p.parse_args()
	cli, a, paths = make(args.programs)
	now = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)).strftime('%Y-%m-%dT%H:%M:%SZ')
	# with an OCSP answer inside DSS gets no list: all that it knows of revocations is what stands beside the signature
	jobs = [(path, now, ','.join([cli.me, a.ca] + ['crl:' + a.crl] * (name != 'LT-ocsp'))) for name, path in paths.items()]
	bad = 0
	for (name, path), answer in zip(paths.items(), dss.judge(args.lib, jobs)):
		level = 'CAdES-BASELINE-' + name.split('-')[0]
		fine = answer['level'] == level and answer['indication'] == 'TOTAL_PASSED' and not answer['errors']
		print('%-6s %-20s %s %s' % (name, answer['level'], answer['indication'], '' if fine else answer))
		bad += not fine
	sys.exit(1 if bad else 0)


if __name__ == '__main__':
	main()
