#!/usr/bin/env python3
"""Takes each check of the verifier away in turn; some vector must notice.

  mutants.py BUILD VECTORS [--file verify/names.c] [--sample N]

BUILD is a build folder of this project, configured, with evidence-verify built. Mutated copies are compiled and linked in a
scratch folder; the sources are not touched. A mutant: a condition whose body reports a finding or refuses is never true,
or inverted; one of its alternatives (a || b) or conjuncts (return a && b) is left out. A survivor is printed with its line.
"""
import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ['base/canon.c', 'base/der.c', 'base/merkle.c', 'chain/schema.c', 'chain/entry.c', 'chain/record.c', 'chain/rights.c', 'chain/log.c',
	'chain/signature.c', 'seal/tagfiles.c', 'verify/container.c', 'verify/names.c', 'verify/identity.c', 'verify/stage_log.c',
	'verify/stage_contents.c', 'verify/hash_items.c', 'verify/verdict.c', 'verify/verify.c', 'chain/algorithm.c', 'verify/archive.c', 'verify/constraints.c',
	'verify/material.c', 'verify/path.c', 'verify/cover.c', 'verify/stage_cover.c', 'verify/stage_time.c', 'verify/token.c', 'verify/trust.c', 'verify/x509.c']
# where a mutant of a file is most likely noticed: tried first
FIRST = {'canon': 'J-*', 'der': 'C-*', 'schema': 'J-1*', 'entry': 'H-3*', 'record': 'J-*', 'rights': 'H-3*', 'log': 'H-4*', 'signature': 'C-*', 'tagfiles': 'B-2*',
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


class Build:
	def __init__(self, folder):
		self.folder = folder
		with open(os.path.join(folder, 'compile_commands.json')) as f:
			wanted = [c for c in json.load(f) if re.search(r'CMakeFiles/(evd_base|evd_core|evidence-verify)\.dir/', c['command'])]
		self.commands = {c['file']: c for c in wanted}
		self.root = next(f for f in self.commands if f.endswith('/verify/verify.c'))[:-len('/verify/verify.c')]

	def object(self, source):
		command = shlex.split(self.commands[source]['command'])
		return os.path.join(self.folder, command[command.index('-o') + 1])

	def program(self, source, text, work):
		"""evidence-verify with `text` in the place of `source`; None if it does not compile."""
		copy, obj, out = (os.path.join(work, n) for n in (os.path.basename(source), 'mutant.o', 'verifier'))
		with open(copy, 'w') as f:
			f.write(text)
		command = [a for a in shlex.split(self.commands[source]['command']) if a != '-Werror' and not a.startswith('-O')]
		command[command.index('-o') + 1] = obj
		command[command.index('-c') + 1] = copy
		if subprocess.run(command + ['-O1', '-w'], capture_output=True, cwd=self.folder).returncode:
			return None
		objects = [obj if s == source else self.object(s) for s in self.commands]
		link = subprocess.run(['cc', '-o', out] + objects + ['-lcrypto', '-lpthread'], capture_output=True)
		return out if link.returncode == 0 else None


def noticed(program, vectors, first):
	"""The vector that noticed, or ''. A verifier that hangs or dies is noticed too."""
	for only in ('good-key-p*', first, '*'):
		try:
			p = subprocess.run([sys.executable, '-B', os.path.join(HERE, 'run.py'), vectors, '--verifier', program, '--fast', '--only', only],
				capture_output=True, timeout=600)
		except subprocess.TimeoutExpired:
			return 'time ran out'
		if p.returncode:
			return p.stdout.decode().strip() or 'runner failed'
	return ''


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument('build')
	parser.add_argument('vectors')
	parser.add_argument('--file', action='append')
	parser.add_argument('--sample', type=int, default=1, help='only every Nth mutant')
	o = parser.parse_args()
	build, tried, survived = Build(os.path.abspath(o.build)), 0, 0
	with tempfile.TemporaryDirectory() as work:
		for name in o.file or FILES:
			source, first = os.path.join(build.root, name), FIRST[os.path.basename(name)[:-2]]
			with open(source) as f:
				text = f.read()
			if noticed(build.program(source, text, work), o.vectors, first):
				sys.exit('the vectors disagree with the verifier as it is')
			for line, what, mutated in list(mutants(text))[::o.sample]:
				program = build.program(source, mutated, work)
				if program is None:
					continue
				tried += 1
				if not noticed(program, o.vectors, first):
					survived += 1
					print('%s:%d: %s' % (name, line, ' '.join(what.split())), flush=True)
			print('%s done: %d mutants, %d survived so far' % (name, tried, survived), file=sys.stderr, flush=True)
	print('%d mutants, %d survived' % (tried, survived))
	sys.exit(1 if survived or not tried else 0)


if __name__ == '__main__':
	main()
