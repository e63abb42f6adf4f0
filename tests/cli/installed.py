#!/usr/bin/env python3
"""installed.py BUILD SOURCE DOCDIR COMPILER: an installed tree under a prefix that was not known when the build was
configured. pkg-config finds header and library there, also after the tree was moved; the licence lies beside."""
import os
import subprocess
import sys
import tempfile

BUILD, SOURCE, DOCDIR, COMPILER = sys.argv[1:]


def call(*argv, **environment):
	done = subprocess.run(argv, capture_output=True, text=True, env=dict(os.environ, **environment))
	if done.returncode:
		sys.exit('FAILED: %s: exit %d\n%s%s' % (argv, done.returncode, done.stdout, done.stderr))
	return done.stdout


def look(prefix):
	folder = [f for f, _, files in os.walk(prefix) if 'evidence.pc' in files]
	if len(folder) != 1:
		sys.exit('FAILED: evidence.pc: %r' % folder)

	def ask(what):
		return call('pkg-config', what, 'evidence', PKG_CONFIG_PATH=folder[0])
	if os.path.realpath(ask('--variable=prefix').strip()) != os.path.realpath(prefix):
		sys.exit('FAILED: prefix is %s, not %s' % (ask('--variable=prefix'), prefix))
	flags = ask('--cflags').split()
	call(COMPILER, '-fsyntax-only', *flags, os.path.join(SOURCE, 'tests/unit/example.c'))
	if not all(os.path.realpath(f[2:]).startswith(os.path.realpath(prefix)) for f in flags):
		sys.exit('FAILED: --cflags: %r' % flags)
	libs = ask('--libs').split()
	if '-levidence' not in libs or not os.path.exists(os.path.join(libs[0][2:], 'libevidence.so')):
		sys.exit('FAILED: --libs: %r' % libs)
	for name in ('copyright', 'LICENSE', 'NOTICE'):
		if not os.path.exists(os.path.join(prefix, DOCDIR, name)):
			sys.exit('FAILED: %s is not installed' % name)


def main():
	with tempfile.TemporaryDirectory() as scratch:
		first, second = os.path.join(scratch, 'first'), os.path.join(scratch, 'second')
		call('cmake', '--install', BUILD, '--prefix', first)
		look(first)
		os.rename(first, second)
		look(second)


main()
