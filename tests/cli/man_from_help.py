#!/usr/bin/env python3
"""man_from_help.py PROGRAM… OUT-DIR: every option a program's --help names stands in its man page, and
every option the man page names stands in --help. Arguments: evidence and evidence-verify programs,
then the folder of man pages."""
import re
import subprocess
import sys

COMMANDS = ['identity', 'open', 'add', 'note', 'statement', 'stop', 'view', 'list', 'show', 'log', 'check',
	'correct', 'close', 'seal', 'admit', 'transfer', 'export', 'index', 'read', 'search', 'capture', 'compare', 'chats', 'timeline', 'watch', 'inspect', 'timestamp', 'receive', 'refuse', 'receipt', 'consent', 'hold', 'lost', 'dispose', 'envelope', 'trust']


def options(text):
	return set(re.findall(r'(?<![\w-])--[a-z][a-z-]+', text))


def help_of(argv):
	done = subprocess.run(argv + ['--help'], capture_output=True, text=True)
	if done.returncode != 0 or not done.stdout.startswith('usage: '):
		sys.exit('%s --help: exit %d' % (' '.join(argv), done.returncode))
	return done.stdout


def man_of(path):
	text = open(path, encoding='utf-8').read()
	return text.replace('\\-', '-').replace('\\fB', '').replace('\\fI', '').replace('\\fR', '').replace('\\fP', '')


def compare(name, ours, page):
	wrong = 0
	for option in sorted(ours - page):
		print('%s: --help has %s, the man page has not' % (name, option))
		wrong += 1
	for option in sorted(page - ours):
		print('%s: the man page has %s, --help has not' % (name, option))
		wrong += 1
	return wrong


def main():
	evidence, verify, pages = sys.argv[1:4]
	text = help_of([evidence]) + ''.join(help_of([evidence, c]) for c in COMMANDS)
	page = man_of(pages + '/evidence.1')
	wrong = compare('evidence', options(text), options(page))
	for command in COMMANDS:
		if not re.search(r'^\.SS .*\b%s\b' % command, page, re.M):
			print('evidence.1 has no section for %s' % command)
			wrong += 1
	wrong += compare('evidence-verify', options(help_of([verify])), options(man_of(pages + '/evidence-verify.1')))
	sys.exit(1 if wrong else 0)


main()
