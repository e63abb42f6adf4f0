#!/usr/bin/env python3
"""copies.py PROGRAMS: `evidence export` makes its folder, or its file, whole or not at all, and a wrong name costs no entry in the log: a
parent that is not there, no room, a write that fails on the way, Ctrl-C, an earlier attempt that was cut off."""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

from cli import Cli, check

MB = 1 << 20
BIG = 600 * MB


def entries(cli):
	log = cli.run('evidence', '-C', cli.case, 'log', '--json').splitlines()
	return [json.loads(line)['action'] for line in log].count('export')


def nothing_left(cli, name, folder=None):
	folder = folder or cli.dir
	left = [n for n in os.listdir(folder) if n.startswith(name)]
	check(left == [], 'left behind: %r' % left)


def refused(cli, *words, expect, says, recorded, **how):
	before = entries(cli)
	text = cli.evidence('export', *words, expect=expect, **how)
	check(says in text, '%r does not say %r: %s' % (words, says, text))
	check(entries(cli) == before + recorded, '%r: %d entries more, not %d' % (words, entries(cli) - before, recorded))


def limit(size):
	return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def names(cli):
	refused(cli, cli.path('typo/out'), '1', expect=66, says=cli.path('typo/out'), recorded=0)
	refused(cli, '--as', 'csv', cli.path('typo/out.csv'), expect=66, says=cli.path('typo/out.csv'), recorded=0)
	refused(cli, '', expect=64, says='give the folder', recorded=0)
	refused(cli, cli.path('out'), '1', '77', expect=66, says='no item', recorded=0)
	nothing_left(cli, 'out')
	old = cli.write('out.part/0001-old.txt', b'copied once\n')
	refused(cli, cli.path('out'), '1', expect=73, says='out.part exists already', recorded=0)
	check(open(old, 'rb').read() == b'copied once\n' and not os.path.exists(cli.path('out')), 'an earlier attempt was touched')
	os.remove(old)
	os.rmdir(cli.path('out.part'))


def cut_short(cli):
	"""The first item fits, the second does not; what is said names the folder; the same words then do it."""
	refused(cli, cli.path('out'), '1', '2', expect=74, says=cli.path('out') + ' was not made', recorded=1, before=limit(MB))
	nothing_left(cli, 'out')
	refused(cli, '--as', 'jsonl', cli.path('out.jsonl'), expect=74, says=cli.path('out.jsonl') + ' was not made', recorded=1,
		before=limit(16384))
	nothing_left(cli, 'out')
	cli.evidence('export', cli.path('out') + '/', '1', '2', '1')
	check(sorted(os.listdir(cli.path('out'))) == ['0001-small.txt', '0002-middle.bin', 'COPY.txt', 'SHA256SUMS'], 'the copies: %r' %
		os.listdir(cli.path('out')))
	subprocess.run(['sha256sum', '--quiet', '-c', 'SHA256SUMS'], cwd=cli.path('out'), check=True)


def no_room(cli):
	small = cli.path('stick')
	os.mkdir(small)
	if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small], capture_output=True).returncode != 0:
		print('no tmpfs can be mounted here: no room is not tested')
		return
	try:
		refused(cli, os.path.join(small, 'out'), '2', expect=74, says='no room', recorded=0)
		nothing_left(cli, 'out', small)
		cli.evidence('export', os.path.join(small, 'out'), '1')
	finally:
		subprocess.run(['umount', small], check=True)


def stopped(cli):
	"""Ctrl-C once the big file is being copied."""
	argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, 'export', cli.path('late'), '1', '3', '--passphrase-file', cli.pass_file]
	work = subprocess.Popen(argv, env=cli.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	until = time.time() + 60
	while not os.path.exists(cli.path('late.part/0003-big.bin')) and work.poll() is None and time.time() < until:
		time.sleep(0.002)
	check(not os.path.exists(cli.path('late')), 'a folder that is not whole has its name')
	work.send_signal(signal.SIGINT)
	_, err = work.communicate(timeout=60)
	check(work.returncode == 1, 'Ctrl-C: exit %d: %s' % (work.returncode, err))
	check(err.decode().splitlines() == ['evidence: %s was not made: stopped' % cli.path('late')], 'Ctrl-C says %r' % err)
	nothing_left(cli, 'late')
	cli.evidence('export', cli.path('late'), '1')


def long_names(cli):
	"""Of a name that is too long its beginning and its ending: without .jpg no program knows what to do with it."""
	names = ['Ж' * 115 + '.jpg', '\U000e0041' * 60 + '.\x01\x02\x03\x04\x05\x06\x07', 'a' * 240 + '.thisisnoending', '.' + 'b' * 11]
	for name in names:
		cli.evidence('add', cli.write('long/' + name, b'x'))
	cli.evidence('export', cli.path('long-out'))
	# a number, four digits and a dash, then until 200 bytes stand there: 98 letters of two bytes; 17 characters of four, each as
	# four escapes; then the ending
	wanted = ['Ж' * 98 + '.jpg', '%F3%A0%81%81' * 17 + '.%01%02%03%04%05%06%07', 'a' * 195, '.' + 'b' * 11]
	made = sorted(n for n in os.listdir(cli.path('long-out')) if n[0] == '0')[-len(names):]
	check([n[5:] for n in made] == wanted, 'long names: %r' % made)


def not_as_recorded(cli):
	"""What is not the item any more is not handed out under its digest, nor is what is recorded as lost, which all exhibits are without."""
	path = cli.path('case/data/00000002/00000002.txt')
	os.chmod(path, 0o600)
	with open(path, 'r+b') as f:
		f.write(b'S')
	refused(cli, cli.path('altered'), '2', '1', expect=65, says='data/00000002/00000002.txt is not as it was recorded', recorded=1)
	nothing_left(cli, 'altered')
	cli.evidence('lost', '--reason', 'the stick was wet', '1')
	refused(cli, cli.path('lost'), '1', expect=66, says='recorded as lost', recorded=0)
	cli.evidence('export', cli.path('others'))
	made = os.listdir(cli.path('others'))
	check('0002-middle.bin' in made and not [n for n in made if n.startswith('0001-')], 'all but what is lost: %r' % made)


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('add', cli.write('small.txt', b'small\n'))
	cli.evidence('add', cli.write('middle.bin', os.urandom(3 * MB)))
	big = cli.write('big.bin', b'')
	os.truncate(big, BIG)
	cli.evidence('add', big)
	cli.evidence('note', 'a word of many ' * 2000)
	names(cli)
	cut_short(cli)
	no_room(cli)
	stopped(cli)
	long_names(cli)
	not_as_recorded(cli)
	shutil.rmtree(cli.dir)
	print('copies: ok')


main()
