#!/usr/bin/env python3
"""inspect_files.py PROGRAMS SAMPLES: `evidence inspect` on what other programs made (tests/formats/proof/make.sh, where each altered sample is
named so), on damaged copies of those, and on what is no file. Nothing is written anywhere."""
import json
import os
import random
import re
import shutil
import subprocess
import sys

from cli import Cli, check


def words(cli, path):
	said = cli.run('evidence', 'inspect', '--json', path, expect=due(path))
	return [r['code'] for r in map(json.loads, said.splitlines()) if r.get('code', '').startswith('proof-')]


def due(path):
	return 1 if re.search(r'altered|extra|missing|renamed', os.path.basename(path)) else 0


def main():
	cli, samples = Cli(sys.argv[1]), sys.argv[2]
	names = sorted(n for n in os.listdir(samples) if not n.endswith(('.jsonl', '.sh')))
	check(len(names) >= 20, 'samples are missing')
	for name in names:
		path = os.path.join(samples, name)
		codes = words(cli, path)
		check(codes, name + ': no word about its proof')
		check(('proof-fails' in codes) == (due(path) == 1), '%s: %s' % (name, codes))
		human = cli.run('evidence', 'inspect', path, expect=due(path))
		claims = human.lower().replace('not verified', '')
		check('verified' not in claims and 'unaltered' not in claims, name + ': a verdict that is not ours to give')
	check(os.listdir(cli.dir) == ['passphrase'], 'something was left behind: %s' % os.listdir(cli.dir))

	# one byte of the stored content of a good one turned: never everything fits
	rng, turned = random.Random(10), 0
	for name in ('bag.zip', 'asic-e.asice', 'asic-s.asics', 'asic-s-stamp.asics', 'signed.wacz', 'proofmode.zip'):
		with open(os.path.join(samples, name), 'rb') as f:
			good = f.read()
		for _ in range(12):
			at = rng.randrange(len(good))
			path = cli.write(name, good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1:])
			done = subprocess.run([os.path.join(cli.programs, 'evidence'), 'inspect', '--json', path], capture_output=True, env=cli.env)
			said = done.stdout.decode()
			check(done.returncode in (0, 1), '%s, byte %d: exit %d' % (name, at, done.returncode)) # some bytes no proof covers
			turned += 'proof-fails' in said or 'unread' in said or 'proof-unchecked' in said
	check(turned > 30, 'only %d of 72 turned bytes were noticed' % turned)

	check('No such file' in cli.run('evidence', 'inspect', cli.path('nothing'), expect=66), 'absent file')
	cli.run('evidence', 'inspect', cli.dir, expect=65)
	cli.run('evidence', 'inspect', expect=64)
	shutil.rmtree(cli.dir)
	print('%d samples, %d of 72 turned bytes noticed' % (len(names), turned))


if __name__ == '__main__':
	main()
