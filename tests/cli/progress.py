#!/usr/bin/env python3
"""progress.py PROGRAMS: what long work says on a terminal: a bar with its end known, rate and time left, none of it absurd;
away from a terminal nothing within ten seconds. Counting the sources first touches nothing of them. Ctrl-C on a pipe."""
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time

from cli import Cli, check

BIG = 600_000_000 # with the MB below: "of 601 MB"
FRAME = r'%s \[(#*)(\.*)\] +(\d+) %%  (\d+) of %d MB(?:, ([\d.]+) MB/s)?(?:, (\d+) (s|min|h) left)?'
SECONDS = {'s': 1, 'min': 60, 'h': 3600}


def call(cli, *words, stdin=None):
	"""Exit code and what stood on the terminal, which is standard error alone."""
	ours, theirs = pty.openpty()
	argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, *words, '--passphrase-file', cli.pass_file]
	work = subprocess.Popen(argv, env=cli.env, stdin=stdin, stdout=subprocess.DEVNULL, stderr=theirs)
	os.close(theirs)
	seen = b''
	while True:
		try:
			part = os.read(ours, 65536)
		except OSError: # its other end is closed
			part = b''
		if not part:
			break
		seen += part
	os.close(ours)
	return work.wait(), seen.decode()


def frames(text):
	return [f.strip() for f in text.replace('\n', '\r').split('\r') if f.strip()]


def bar(what, total, text):
	"""Every frame is one of ours; shares only grow; what is left is no month."""
	before = 0
	shown = [f for f in frames(text) if f.startswith(what)]
	check(shown, '%s: no bar: %r' % (what, text))
	for frame in shown:
		m = re.fullmatch(FRAME % (what, total), frame)
		check(m, '%s: %r' % (what, frame))
		share, done = int(m.group(3)), int(m.group(4))
		check(len(m.group(1)) == share // 5 and len(m.group(1) + m.group(2)) == 20, 'the bar: %r' % frame)
		check(before <= done <= total and share == int(100 * done / total) or abs(share - 100 * done / total) <= 1, 'the share: %r' % frame)
		check(not m.group(6) or int(m.group(6)) * SECONDS[m.group(7)] < 3600, 'the time left: %r' % frame)
		before = done


def sources(cli):
	big = cli.write('src/big.bin', b'')
	os.truncate(big, BIG)
	cli.write('src/sub/deeper/random.bin', os.urandom(1_000_000))
	os.symlink('/nowhere', cli.path('src/a-link')) # met first, said, and the bar goes on
	for at in (cli.path('src/sub'), cli.path('src')):
		os.utime(at, (1_000_000_000, 1_100_000_000)) # an access that the system would write down anew
	return cli.path('src')


def adding(cli):
	src = sources(cli)
	code, text = call(cli, 'add', '--no-read', src)
	check(code == 0, 'add: exit %d: %s' % (code, text))
	bar('taking in', 601, text)
	for at in (src, os.path.join(src, 'sub')):
		check(os.stat(at).st_atime == 1_000_000_000, 'the access time of %s changed' % at)
	code, text = call(cli, 'add', '--no-read', '--quiet', cli.path('src/sub'))
	check(code == 0 and text == '', 'with --quiet: %r' % text)


def elsewhere(cli):
	argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, 'export', cli.path('plain'), '--passphrase-file', cli.pass_file]
	done = subprocess.run(argv, env=cli.env, capture_output=True)
	check(done.returncode == 0 and (done.stderr == b'' or b'\r' not in done.stderr), 'away from a terminal: %r' % done.stderr)


def piped(cli):
	"""How much comes over a pipe nobody knows; Ctrl-C ends the waiting for it."""
	read, write = os.pipe()
	child = os.fork()
	if child == 0:
		os.close(read)
		for _ in range(12):
			os.write(write, bytes(1000))
			time.sleep(0.3)
		os._exit(0)
	os.close(write)
	code, text = call(cli, 'add', '--no-read', '-', stdin=read)
	os.waitpid(child, 0)
	os.close(read)
	check(code == 0 and frames(text), 'a pipe: exit %d: %r' % (code, text))
	for frame in frames(text):
		check(re.fullmatch(r'taking in  \d+ MB(, [\d.]+ MB/s)?', frame), 'a pipe: %r' % frame)
	argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, 'add', '--no-read', '-', '--passphrase-file', cli.pass_file]
	work = subprocess.Popen(argv, env=cli.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	work.stdin.write(bytes(1000))
	work.stdin.flush()
	for _ in range(100): # until it waits for more: the signal is caught from then on
		time.sleep(0.1)
		with open('/proc/%d/status' % work.pid) as f:
			caught = [int(line.split()[1], 16) for line in f if line.startswith('SigCgt')][0]
		if caught & 1 << (signal.SIGINT - 1):
			break
	time.sleep(0.3)
	work.send_signal(signal.SIGINT)
	try:
		err = (work.wait(20), work.stderr.read())[1]
	except subprocess.TimeoutExpired:
		work.kill()
		check(False, 'Ctrl-C does not end the waiting for a pipe')
	check(work.returncode == 1 and b'stopped; nothing was taken in' in err, 'Ctrl-C on a pipe: exit %d: %s' % (work.returncode, err))


def sealing_stopped(cli):
	"""Ctrl-C amid the one large item, of a case to which more was added."""
	cli.evidence('note', 'so that other bytes come')
	argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, 'seal', cli.path('late.asice'), '--passphrase-file', cli.pass_file]
	work = subprocess.Popen(argv, env=cli.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	until = time.time() + 60
	while work.poll() is None and time.time() < until and not any(n.startswith('late.asice') for n in os.listdir(cli.dir)):
		time.sleep(0.002)
	work.send_signal(signal.SIGINT)
	_, err = work.communicate(timeout=60)
	check(work.returncode == 1 and err == b'evidence: stopped; no file was made\n', 'Ctrl-C while sealing: exit %d: %s' % (work.returncode, err))
	left = [n for n in os.listdir(cli.dir) if n.startswith('late.asice')]
	check(left == [], 'Ctrl-C while sealing left %r' % left)


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	adding(cli)
	code, text = call(cli, 'export', cli.path('copies'), '1', '2')
	check(code == 0, 'export: exit %d: %s' % (code, text))
	bar('exporting', 601, text)
	elsewhere(cli)
	piped(cli)
	code, text = call(cli, 'seal', cli.path('case.asice'))
	check(code == 0, 'seal: exit %d: %s' % (code, text))
	bar('sealing', 603, text) # the MB of sub/ twice, what came over the pipe, the description
	sealing_stopped(cli)
	shutil.rmtree(cli.dir)
	print('progress: ok')


main()
