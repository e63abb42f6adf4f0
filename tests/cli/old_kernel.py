#!/usr/bin/env python3
"""old_kernel.py PROGRAMS SAMPLES OLD_KERNEL: the case on a kernel without Landlock (threats P-15): what is taken in
is taken in; nothing is read of it until --allow-degraded, which is said for each item; then the same is read as
with every layer, and which layers stood is recorded for each item."""
import os
import subprocess
import sys

from cli import Cli, check
from read import plain, records


class OldCli(Cli):
	"""The programs under old_kernel, until `new`."""
	old = None

	def evidence(self, *words, expect=0, **how):
		argv = [self.old, os.path.join(self.programs, 'evidence'), '-C', self.case] + list(words)
		done = subprocess.run(argv + ['--passphrase-file', self.pass_file], capture_output=True, env=self.env, cwd=self.dir, check=False)
		self.err = done.stderr.decode()
		check(done.returncode == expect, '%s: exit %d\n%s%s' % (argv, done.returncode, done.stdout.decode(), self.err))
		return done.stdout.decode()

	def new(self, *words):
		return Cli.evidence(self, *words)


def main():
	cli, samples = OldCli(sys.argv[1]), os.path.join(sys.argv[2], 'evidence')
	cli.old = sys.argv[3]
	pin = cli.identity()
	cli.new('open', cli.case, '--number', '1', '--title', 'T')
	cli.evidence('add', samples, expect=1)
	check('--allow-degraded' in cli.err, 'what can be done about it is said: ' + cli.err)
	items = [r['id'] for r in records(cli, 2) if r['kind'] == 'content']
	refused = records(cli, 3)
	check([(r['item'], r['sandbox']) for r in refused if r['kind'] == 'read-item'] == [(i, 'seccomp+rlimit') for i in items],
		'each item: the layers there were')
	check([(r['item'], r['code']) for r in refused if r['kind'] == 'unread'] == [(i, 'refused') for i in items],
		'each item: not read, and why')
	check({r['kind'] for r in refused} == {'circumstances', 'scope', 'read-item', 'unread'}, 'nothing of an item was read')
	cli.evidence('read', expect=1)
	check(plain(records(cli, 4)) == plain(refused), 'read refuses as add does')
	cli.evidence('read', '--allow-degraded')
	allowed = records(cli, 5)
	check([(r['item'], r['sandbox'], r['end']) for r in allowed if r['kind'] == 'read-item'] == [(i, 'seccomp+rlimit', 'done') for i in items],
		'allowed: each item says which layers stood')
	cli.new('read')
	whole = records(cli, 6)
	check(all(r['sandbox'].startswith('landlock') for r in whole if r['kind'] == 'read-item'), 'this machine has Landlock')
	for r in allowed + whole:
		r.pop('sandbox', None)
	check(plain(allowed) == plain(whole) and len(whole) > 500, 'the same is read with a layer less')
	cli.evidence('seal', cli.path('case.asice'))
	check(cli.verdict('--pin', pin, cli.path('case.asice'))['verdict'] == 'TOTAL-PASSED', 'the case verifies')
	print('old kernel: ok')


main()
