#!/usr/bin/env python3
"""man_from_help.py EVIDENCE EVIDENCE-VERIFY DOCS: every option a program's --help names stands in its man page, and
every option the man page names stands in --help; what it shows of a command is that help, line for line; the completions
offer, word for word, the options of --help."""
import os
import re
import shutil
import subprocess
import sys

COMMANDS = ['identity', 'open', 'add', 'note', 'statement', 'stop', 'view', 'list', 'show', 'log', 'check',
	'correct', 'close', 'seal', 'admit', 'transfer', 'export', 'index', 'read', 'search', 'capture', 'compare', 'chats', 'timeline', 'watch', 'inspect', 'timestamp', 'receive', 'refuse', 'receipt', 'consent', 'hold', 'lost', 'dispose', 'envelope', 'trust']


def options(text):
	return set(re.findall(r'(?<![\w-])--[a-z][a-z0-9-]+', text))


def help_of(argv):
	done = subprocess.run(argv + ['--help'], capture_output=True, text=True)
	if done.returncode != 0 or not done.stdout.startswith('usage: '):
		sys.exit('%s --help: exit %d' % (' '.join(argv), done.returncode))
	return done.stdout


def man_of(path):
	text = open(path, encoding='utf-8').read()
	return text.replace('\\-', '-').replace('\\fB', '').replace('\\fI', '').replace('\\fR', '').replace('\\fP', '')


def shown(path, command):
	"""What troff shows of a command's section between .nf and .fi: a line that begins with . or ' is a request to it
	(groff(7)), whose words are lost unless \\& stands before them."""
	text = open(path, encoding='utf-8').read()
	body = re.search(r'^\.SS evidence %s\n\.nf\n(.*?)^\.fi$' % command, text, re.M | re.S)
	lines = [line for line in (body.group(1) if body else '').splitlines(True) if line[0] not in ".'"]
	return ''.join(lines).replace('\\&', '').replace('\\-', '-')


def compare(name, ours, page):
	wrong = 0
	for option in sorted(ours - page):
		print('%s: --help has %s, the man page has not' % (name, option))
		wrong += 1
	for option in sorted(page - ours):
		print('%s: the man page has %s, --help has not' % (name, option))
		wrong += 1
	return wrong


def languages(path, folder, before, behind):
	"""What the page names as languages against those that are there: files of this form of name."""
	there = {'en'} | {n[len(before):-len(behind)] for n in os.listdir(folder) if n.startswith(before) and n.endswith(behind)}
	named = re.search(r'^Languages: (.*)\.$', man_of(path), re.M)
	named = named.group(1).split(', ') if named else []
	if sorted(named) != sorted(there):
		print('%s names the languages %s; there are %s' % (path, named, sorted(there)))
	return named, sorted(named) != sorted(there)


def offered(script, function, *words):
	"""What bash completes behind these words."""
	code = 'source "$1"; shift; f=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "$f"; printf "%s\\n" "${COMPREPLY[@]}"'
	done = subprocess.run(['bash', '-c', code, 'bash', script, function, *words], capture_output=True, text=True)
	if done.returncode != 0 or done.stderr:
		sys.exit('%s: %s' % (script, done.stderr))
	return set(done.stdout.split())


def own(text):
	"""The options of a help text that are its command's: what it quotes of other commands is not."""
	return options(re.sub(r"'evidence[^']*'", '', text))


def completions(evidence, verify, folder, everywhere):
	if not shutil.which('bash'):
		print('no bash: the completions are not tested')
		return 0
	wrong, script = 0, folder + '/evidence.bash'
	words = offered(script, '_evidence', 'evidence', '')
	for command in sorted(set(COMMANDS) - words):
		print('the completion does not offer %s' % command)
		wrong += 1
	for command in sorted(w for w in words - set(COMMANDS) if not w.startswith('-')):
		print('the completion offers %s, which is no command' % command)
		wrong += 1
	sides = [(c, own(help_of([evidence, c])) | everywhere, offered(script, '_evidence', 'evidence', c, '--')) for c in COMMANDS]
	sides.append(('evidence-verify', own(help_of([verify])), offered(folder + '/evidence-verify.bash', '_evidence_verify',
		'evidence-verify', '--')))
	for name, said, given in sides:
		for option in sorted(said - given - {'--version'}):
			print('%s: the completion lacks %s' % (name, option))
			wrong += 1
		for option in sorted(given - said - {'--version'}):
			print('%s: the completion offers %s, which --help has not' % (name, option))
			wrong += 1
	return wrong


def main():
	evidence, verify, docs = sys.argv[1:4]
	pages = docs + '/man'
	everywhere = options(help_of([evidence])) # before or behind each command
	text = ''.join(help_of([evidence, c]) for c in COMMANDS)
	page = man_of(pages + '/evidence.1')
	wrong = compare('evidence', options(text) | everywhere, options(page))
	for command in COMMANDS:
		if not re.search(r'^\.SS .*\b%s\b' % command, page, re.M):
			print('evidence.1 has no section for %s' % command)
			wrong += 1
		elif shown(pages + '/evidence.1', command) != help_of([evidence, command]):
			print('evidence.1 shows of %s something else than its --help' % command)
			wrong += 1
	wrong += compare('evidence-verify', options(help_of([verify])), options(man_of(pages + '/evidence-verify.1')))
	wrong += languages(pages + '/evidence.1', docs + '/../cmd/po', '', '.po')[1]
	named, differ = languages(pages + '/evidence-verify.1', docs + '/../libevidence/report', 'lang_', '.def')
	wrong += differ
	for language in named: # 66: taken, and only then the bundle is looked for
		if subprocess.run([verify, '--lang', language, docs + '/absent.asice'], capture_output=True).returncode != 66:
			print('evidence-verify does not take the language %s' % language)
			wrong += 1
	said, page = options(help_of([evidence, 'identity'])), options(man_of(pages + '/evidence-identity.1'))
	wrong += compare('evidence identity', said, page - (everywhere - said))
	wrong += completions(evidence, verify, docs + '/completions', everywhere)
	sys.exit(1 if wrong else 0)


main()
