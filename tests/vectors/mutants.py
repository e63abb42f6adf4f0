#!/usr/bin/env python3
"""Takes each check of the verifier away in turn; some vector must notice.

  mutants.py BUILD VECTORS [--file verify/names.c] [--sample N] [--log FILE]

BUILD is a build folder of this project, configured, with many (many.c) built. Mutated copies are compiled and linked in a
scratch folder; the sources are not touched. A mutant: a condition whose body reports a finding or refuses is never true,
or inverted; one of its alternatives (a || b) or conjuncts (return a && b) is left out.

One process judges all vectors and stops at the first that notices; vectors that noticed a mutant nearby come first. What no
vector notices is compiled once more with AddressSanitizer and UndefinedBehaviorSanitizer: a check of bounds that is gone
shows there. mutants_kept.txt lists mutants that change nothing a bundle could show, each with its reason; a line of it that
matches no survivor is an error too. Other survivors are printed with their line, and the exit code is 1.
"""
import argparse
import fnmatch
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

import run

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ['base/canon.c', 'base/der.c', 'base/merkle.c', 'chain/schema.c', 'chain/entry.c', 'chain/record.c', 'chain/rights.c', 'chain/log.c',
	'chain/signature.c', 'chain/certificate.c', 'chain/withheld.c', 'seal/tagfiles.c', 'verify/container.c', 'verify/names.c', 'verify/identity.c', 'verify/stage_log.c',
	'verify/stage_contents.c', 'verify/hash_items.c', 'verify/verdict.c', 'verify/verify.c', 'chain/algorithm.c', 'verify/archive.c', 'verify/constraints.c',
	'verify/material.c', 'verify/path.c', 'verify/cover.c', 'verify/stage_cover.c', 'verify/stage_time.c', 'verify/token.c', 'verify/trust.c', 'verify/x509.c']
# where a mutant of a file is most likely noticed: tried first
FIRST = {'canon': 'J-*', 'der': 'C-*', 'schema': 'J-1*', 'entry': 'H-3*', 'record': 'J-*', 'rights': 'H-3*', 'log': 'H-4*', 'signature': 'C-*', 'certificate': 'X-*', 'withheld': 'good-extract*', 'tagfiles': 'B-2*',
	'container': 'Z-*', 'names': 'N-*', 'identity': 'X-*', 'stage_log': 'H-*', 'stage_contents': 'B-*', 'hash_items': 'B-*', 'verdict': 'A-*', 'verify': 'T-*', 'algorithm': 'T-04*',
	'archive': 'A-35*', 'cover': 'A-36*', 'stage_cover': 'A-36*', 'constraints': 'X-17*', 'material': 'C-2*', 'path': 'X-*', 'stage_time': 'T-*', 'token': 'T-*', 'trust': 'X-*', 'x509': 'X-*'}
REFUSES = re.compile(r'evd_finding\(|evd_fail\(|return false|= false|return EVD_(?:E_FORMAT|STOP|F_)|\.sub =|->unfit = true|_FAILURE|bad\(|say_|note_')
OURS = re.compile(r'evd_nomem|evd_fail_errno|EVD_E_(?:NOMEM|IO|INTERNAL)')


def closing(text, at):
	"""The place of the parenthesis that closes the one at `at`."""
	depth = 0
	for i in range(at, len(text)):
		depth += {'(': 1, ')': -1}.get(text[i], 0)
		if depth == 0:
			return i
	raise ValueError


def split(text, operator):
	"""Places of the parts of a || b or a && b, outside parentheses and quotes."""
	parts, depth, start, i, quote = [], 0, 0, 0, ''
	while i < len(text):
		c = text[i]
		if quote:
			i += c == '\\'
			quote = '' if c == quote else quote
		elif c in '"\'':
			quote = c
		elif c in '([{':
			depth += 1
		elif c in ')]}':
			depth -= 1
		elif depth == 0 and text.startswith(operator, i):
			parts.append((start, i))
			start = i = i + 2
			continue
		i += 1
	parts.append((start, len(text)))
	return parts


def replaced(text, a, b, new):
	return text[:a] + new + text[b:]


def mutants(text):
	"""(line, what, mutated text) for every check found."""
	for m in re.finditer(r'\bif \(', text):
		a = m.end()
		b = closing(text, a - 1)
		condition = text[a:b]
		end = text.find('\n\t}', b) if text[b:b + 3] == ') {' else text.find(';', b)
		body = text[b:end + 1]
		if not REFUSES.search(body) or OURS.search(body) or condition in ('r', 'r != 0', 'r < 0'):
			continue
		line = text.count('\n', 0, a) + 1
		yield line, 'never: ' + condition, replaced(text, a, b, '0 && (' + condition + ')')
		yield line, 'inverted: ' + condition, replaced(text, a, b, '!(' + condition + ')')
		for operator, neutral in (('||', '0'), ('&&', '1')):
			parts = split(condition, operator)
			if len(parts) > 1:
				for x, y in parts:
					yield line, 'without: ' + condition[x:y].strip(), replaced(text, a + x, a + y, ' %s && (%s) ' % (neutral, condition[x:y])
						if operator == '||' else ' 1 || (%s) ' % condition[x:y])
				break
	for m in re.finditer(r'(?:\breturn|[^=!<>|]=|\|=) ([^;{}]*(?:&&|\|\|)[^;{}]*);', text):
		expression, a = m.group(1), m.start(1)
		for operator, neutral in (('||', ' (0 && (%s)) '), ('&&', ' (1 || (%s)) ')):
			parts = split(expression, operator)
			if len(parts) > 1:
				for x, y in parts:
					yield (text.count('\n', 0, a) + 1, 'without: ' + expression[x:y].strip(), replaced(text, a + x, a + y, neutral % expression[x:y]))
				break
	for m in re.finditer(r'\b(?:mem|str|strn)cmp\(', text):
		b = closing(text, m.end() - 1) + 1
		if text[b:b + 5] in (' == 0', ' != 0'):
			yield (text.count('\n', 0, b) + 1, 'inverted: ' + text[m.start():b + 5], replaced(text, b + 1, b + 3, '!=' if text[b + 1] == '=' else '=='))


def full_time(text):
	"""The short forms of --at (a day, a second), which many does not read."""
	if re.fullmatch(r'\d{4}-\d\d-\d\d', text):
		return text + 'T00:00:00.000Z'
	return text[:-1] + '.000Z' if re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', text) else text


class Vectors:
	"""The table, the lines that `many` reads, and the order in which vectors are tried."""
	def __init__(self, folder):
		with open(os.path.join(folder, 'expected.json')) as f:
			self.rows = [r for r in json.load(f)['vectors'] if 'mode' not in r]
		self.lines = ['\t'.join(['%d' % n, run.place(folder, os.path.join(folder, r['file']))] + [full_time(run.place(folder, a)) for a in r['args']])
			for n, r in enumerate(self.rows)]
		self.right = [set() for _ in self.rows]  # answers already judged
		big = lambda n: os.path.getsize(self.lines[n].split('\t')[1]) > 4 << 20
		kinds, firsts = set(), []
		for n, r in enumerate(self.rows):
			if r['case'] not in kinds:
				kinds.add(r['case'])
				firsts.append(n)
		self.order = sorted(firsts, key=big) + sorted(set(range(len(self.rows))) - set(firsts), key=big)
		self.killers = {}  # by file, the last that noticed first

	def matching(self, pattern):
		return [n for n, r in enumerate(self.rows) if fnmatch.fnmatch(r['name'], pattern)]

	def wrong(self, n, answer):
		"""What is wrong with the answer to vector n, or ''."""
		if answer in self.right[n]:
			return ''
		row = self.rows[n]
		if row['exit'] >= 64 or answer == b'!':
			bad = '' if row['exit'] >= 64 and answer == b'!' else 'answer %r, exit code %d expected' % (answer[:80], row['exit'])
		else:
			try:
				bad = run.judge_report(row, json.loads(answer))
			except ValueError:
				bad = 'no report: %r' % answer[:80]
		if not bad:
			self.right[n].add(answer)
		return bad and '%s: %s' % (row['name'], bad)

	def noticed(self, program, first, sanitized=False):
		"""The vector that noticed, or ''. A verifier that hangs or dies is noticed too."""
		killers = self.killers.setdefault(first, [])
		order = list(dict.fromkeys(killers + self.matching('good-key-p*') + self.matching(first) + self.order))
		with tempfile.TemporaryFile() as tasks:
			tasks.write(b''.join(self.lines[n].encode() + b'\0' for n in order))
			tasks.seek(0)
			p = subprocess.Popen([program], stdin=tasks, stdout=subprocess.PIPE, stderr=subprocess.PIPE if sanitized else subprocess.DEVNULL,
				env=dict(os.environ, NOW='%d' % time.time(), ASAN_OPTIONS='detect_leaks=0:allocator_may_return_null=1'))
			bad, at = '', 0
			for line in p.stdout:
				number, _, answer = line.rstrip(b'\n').partition(b'\t')
				bad = 'out of step' if number != b'%d' % order[at] else self.wrong(order[at], answer)
				if bad:
					break
				at += 1
			p.kill()
			p.wait()
		if at == len(order):
			return ''
		if order[at] in killers:
			killers.remove(order[at])
		killers.insert(0, order[at])
		return bad or '%s: died' % self.rows[order[at]]['name']


class Build:
	def __init__(self, folder):
		self.folder = folder
		with open(os.path.join(folder, 'compile_commands.json')) as f:
			wanted = [c for c in json.load(f) if re.search(r'CMakeFiles/(evd_base|evd_core|many)\.dir/', c['command'])]
		self.commands = {c['file']: c for c in wanted}
		self.root = next(f for f in self.commands if f.endswith('/verify/verify.c'))[:-len('/verify/verify.c')]

	def object(self, source):
		command = shlex.split(self.commands[source]['command'])
		return os.path.join(self.folder, command[command.index('-o') + 1])

	def program(self, source, text, work, *flags):
		"""many with `text` in the place of `source`; None if it does not compile."""
		copy, obj, out = (os.path.join(work, n) for n in (os.path.basename(source), 'mutant.o', 'verifier'))
		with open(copy, 'w') as f:
			f.write(text)
		command = [a for a in shlex.split(self.commands[source]['command'])
			if a != '-Werror' and not a.startswith('-O') and not a.endswith('ccache')]
		command[command.index('-o') + 1] = obj
		command[command.index('-c') + 1] = copy
		if subprocess.run(command + ['-O1', '-w', *flags], capture_output=True, cwd=self.folder).returncode:
			return None
		objects = [obj if s == source else self.object(s) for s in self.commands]
		link = subprocess.run(['cc', '-o', out] + objects + ['-lcrypto', '-lpthread', *flags], capture_output=True)
		return out if link.returncode == 0 else None


def kept():
	"""{(file, what)} of mutants_kept.txt: file, a tab, what as printed, a tab, the reason."""
	with open(os.path.join(HERE, 'mutants_kept.txt')) as f:
		return {tuple(line.split('\t')[:2]) for line in f if line.strip() and not line.startswith('#')}


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument('build')
	parser.add_argument('vectors')
	parser.add_argument('--file', action='append')
	parser.add_argument('--sample', type=int, default=1, help='only every Nth mutant')
	parser.add_argument('--log', help='a line for each mutant and what noticed it')
	o = parser.parse_args()
	build, vectors = Build(os.path.abspath(o.build)), Vectors(os.path.abspath(o.vectors))
	tried, survived, argued, argument = 0, 0, set(), kept()
	log = open(o.log or os.devnull, 'w')
	sanitize = ('-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g')
	with tempfile.TemporaryDirectory() as work:
		for name in o.file or FILES:
			source, first = os.path.join(build.root, name), FIRST[os.path.basename(name)[:-2]]
			with open(source) as f:
				text = f.read()
			for flags in ((), sanitize):
				why = vectors.noticed(build.program(source, text, work, *flags), first)
				if why:
					sys.exit('the vectors disagree with the verifier as it is: ' + why)
			for line, what, mutated in list(mutants(text))[::o.sample]:
				what = ' '.join(what.split())
				program = build.program(source, mutated, work)
				if program is None:
					continue
				tried += 1
				why = vectors.noticed(program, first)
				if not why and build.program(source, mutated, work, *sanitize):
					why = vectors.noticed(program, first)
				if not why and (name, what) in argument:
					argued.add((name, what))
					why = 'argued'
				if not why:
					survived += 1
					print('%s:%d: %s' % (name, line, what), flush=True)
				print('%s:%d\t%s\t%s' % (name, line, what, why or 'SURVIVED'), file=log, flush=True)
			print('%s done: %d mutants, %d survived, %d argued so far' % (name, tried, survived, len(argued)), file=sys.stderr, flush=True)
	stale = [] if o.sample > 1 else [a for a in argument - argued if a[0] in (o.file or FILES)]
	for a in stale:
		print('mutants_kept.txt: no such survivor: %s: %s' % a)
	print('%d mutants, %d survived, %d argued' % (tried, survived, len(argued)))
	sys.exit(1 if survived or stale or not tried else 0)


if __name__ == '__main__':
	main()
