#!/usr/bin/env python3
"""Takes each check of the verifier away in turn; some vector must notice.

  mutants.py BUILD VECTORS... [--file verify/names.c]... [--log FILE] [--state FOLDER] [--jobs N] [--most N]

BUILD is a build folder of this project, configured and built; VECTORS are folders of generate.py, the second one of --sparse. A mutant: a condition whose body reports a finding or refuses
is never true, or inverted; one of its alternatives (a || b) or conjuncts (return a && b) is left out; a comparison is inverted.
What is left out is still evaluated: only its answer is not listened to.

All mutants are compiled into one program (mutant.h) with many.c, in a scratch folder; the sources are not touched. It judges all
vectors once as the verifier that it is, and notes for each where a mutant would have come to something else. A mutant is then
judged over those vectors alone, for over all others it does what the verifier does; what noticed one nearby comes first, and
the first that notices ends it. What no vector notices is run once more with AddressSanitizer and UndefinedBehaviorSanitizer:
a check of bounds that is gone shows there. mutants_kept.txt lists mutants that change nothing a bundle could show, each with
its reason; a line of it that matches no survivor is an error too. Other survivors are printed with their line, and the exit
code is 1. The log has a line for each mutant and what noticed it; one that is there already says which vectors are tried first.

With --state a run that was stopped goes on, and after new vectors only those are judged, and only mutants that were left:
the folder holds the program and what was found, by the digests of the sources and of each vector. --most N is a quick look:
each mutant over N vectors at most, no sanitizers; what is left may still be noticed by others.
"""
import argparse
import concurrent.futures
import glob
import hashlib
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
FILES = ['base/canon.c', 'base/der.c', 'base/merkle.c', 'base/text.c', 'chain/schema.c', 'chain/entry.c', 'chain/record.c', 'chain/rights.c', 'chain/log.c',
	'chain/signature.c', 'chain/certificate.c', 'chain/withheld.c', 'chain/algorithm.c', 'seal/tagfiles.c', 'verify/archive.c', 'verify/constraints.c',
	'verify/container.c', 'verify/cover.c', 'verify/hash_items.c', 'verify/identity.c', 'verify/material.c', 'verify/names.c', 'verify/ocsp.c', 'verify/path.c',
	'verify/receipt.c', 'verify/stage_contents.c', 'verify/stage_cover.c', 'verify/stage_log.c', 'verify/stage_time.c', 'verify/token.c',
	'verify/trust.c', 'verify/verdict.c', 'verify/verify.c', 'verify/x509.c']
REFUSES = re.compile(r'evd_finding\(|evd_fail\(|return false|= false|return EVD_(?:E_FORMAT|STOP|F_)|\.sub =|->unfit = true|_FAILURE|bad\(|say_|note_|EVD_RECEIPT_|EVD_E_FORMAT')
OURS = re.compile(r'evd_nomem|evd_fail_errno|EVD_E_(?:NOMEM|IO|INTERNAL)')
WHOLE = 32 << 20  # larger files are digested by size, head and tail
SANITIZE = ('-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g')


def closing(text, at):
	"""The place of the parenthesis that closes the one at `at`."""
	depth = 0
	for i in range(at, len(text)):
		depth += {'(': 1, ')': -1}.get(text[i], 0)
		if depth == 0:
			return i
	raise ValueError


def split(text, a, b, operators):
	"""Places of the parts of text[a:b] between these operators, outside parentheses and quotes; None if parentheses do not close."""
	parts, depth, start, i, quote = [], 0, a, a, ''
	while i < b:
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
			if depth < 0:
				return None
		elif depth == 0:
			op = next((o for o in operators if text.startswith(o, i)), '')
			if op:
				parts.append((start, i))
				start = i = i + len(op)
				continue
		i += 1
	parts.append((start, b))
	return None if depth or quote else parts


def trimmed(text, a, b):
	while text[a].isspace():
		a += 1
	while text[b - 1].isspace():
		b -= 1
	return a, b


def without(text, a, b):
	"""(a, b, macro) for each part of a chain of || or &&, the two not mixed."""
	for operator, macro in (('||', 'NEVER'), ('&&', 'ALWAYS')):
		parts = split(text, a, b, [operator])
		if parts and len(parts) > 1:
			return [trimmed(text, x, y) + (macro,) for x, y in parts]
	return []


def mutants(text):
	"""(a, b, macro, what) for every check found: text[a:b] is to be put into the macro."""
	for m in re.finditer(r'\bif \(', text):
		a = m.end()
		b = closing(text, a - 1)
		condition = text[a:b]
		end = text.find('\n\t}', b) if text[b:b + 3] == ') {' else text.find(';', b)
		body = text[b:end + 1]
		if not REFUSES.search(body) or OURS.search(body) or condition in ('r', 'r != 0', 'r < 0'):
			continue
		yield a, b, 'NEVER', 'never: ' + condition
		yield a, b, 'NOT', 'inverted: ' + condition
		for x, y, macro in without(text, a, b):
			yield x, y, macro, 'without: ' + text[x:y]
	for m in re.finditer(r'(?:\breturn|[^=!<>|]=|\|=) ([^;{}]*(?:&&|\|\|)[^;{}]*);', text):
		for a, b in split(text, m.start(1), m.end(1), ['?', ':', ',', ' = ']) or []:
			for x, y, macro in without(text, a, b):
				yield x, y, macro, 'without: ' + text[x:y]
	for m in re.finditer(r'\b(?:mem|str|strn)cmp\(', text):
		b = closing(text, m.end() - 1) + 1
		tail = re.match(r'\s+(==|!=)\s+0\b', text[b:])
		if tail:
			yield m.start(), b + tail.end(), 'NOT', 'inverted: ' + text[m.start():b + tail.end()]


def instrumented(text, first):
	"""The text with all its mutants, numbered from `first`: (text, [(line, what)])."""
	found, at = [], []
	for a, b, macro, what in mutants(text):
		if any(x < a < y < b or a < x < b < y for x, y, _ in at):
			sys.exit('two checks overlap: ' + what)
		at.append((a, b, 'EVD_MUTANT_%s(%d, ' % (macro, first + len(found))))
		found.append((text.count('\n', 0, a) + 1, ' '.join(what.split())))
	# the outer opens first; where one ends and another begins, the end comes first
	put = sorted([(a, 1, -b, head) for a, b, head in at] + [(b, 0, 0, ')') for _, b, _ in at])
	out, last = [], 0
	for place, _, _, new in put:
		out += [text[last:place], new]
		last = place
	return ''.join(out) + text[last:], found


def full_time(text):
	"""The short forms of --at (a day, a second), which many does not read."""
	if re.fullmatch(r'\d{4}-\d\d-\d\d', text):
		return text + 'T00:00:00.000Z'
	return text[:-1] + '.000Z' if re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', text) else text


def digest(value, *files):
	h = hashlib.sha256(json.dumps(value, sort_keys=True).encode())
	for name in files:
		with open(name, 'rb') as f:
			size = os.fstat(f.fileno()).st_size
			if size > WHOLE:  # holes, mostly
				h.update(b'%d' % size + f.read(WHOLE))
				f.seek(-WHOLE, os.SEEK_END)
			h.update(hashlib.sha256(f.read()).digest())
	return h.hexdigest()[:32]


class Vectors:
	"""The table, the lines that `many` reads, and the order in which vectors are tried."""
	def __init__(self, folders):
		self.rows, self.lines, self.keys = [], [], []
		for folder in folders:
			with open(os.path.join(folder, 'expected.json')) as f:
				table = json.load(f)
			for r in table['vectors'] + table['receipts']:
				if 'mode' not in r:
					parts = [os.path.join(folder, r['file'])] + [full_time(run.place(folder, a)) for a in r['args']]
					self.lines.append('\t'.join(['%d' % len(self.rows)] + parts))
					self.keys.append(digest(r, *(x for x in parts if x.startswith(folder) and os.path.isfile(x))))
					self.rows.append(r)
		self.names = {r['name']: n for n, r in enumerate(self.rows)}
		self.right = [set() for _ in self.rows]  # answers already judged
		size = [os.path.getsize(line.split('\t')[1]) >> 16 for line in self.lines]
		kinds = set()
		later = [r['case'] in kinds or kinds.add(r['case']) is not None for r in self.rows]
		self.order = sorted(range(len(self.rows)), key=lambda n: (size[n] > 64, later[n], size[n]))
		self.killers = {}  # by file, the last that noticed first

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
			except (ValueError, KeyError, TypeError, AttributeError):
				bad = 'no report: %r' % answer[:80]
		if not bad:
			self.right[n].add(answer)
		return bad and '%s: %s' % (row['name'], bad)

	def judged(self, program, order, mutant=0, differs=None):
		"""(which, why) of the first vector of `order` that notices, or (None, ''). A verifier that hangs or dies is noticed too."""
		with tempfile.TemporaryFile() as tasks:
			tasks.write(b''.join(self.lines[n].encode() + b'\0' for n in order))
			tasks.seek(0)
			p = subprocess.Popen([program], stdin=tasks, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
				env=dict(os.environ, NOW='%d' % time.time(), EVD_MUTANT='%d' % mutant, ASAN_OPTIONS='detect_leaks=0:allocator_may_return_null=1'))
			bad, at = '', 0
			for line in p.stdout:
				number, _, rest = line.rstrip(b'\n').partition(b'\t')
				places, _, answer = rest.partition(b'\t')
				bad = 'out of step' if number != b'%d' % order[at] else self.wrong(order[at], answer)
				if bad:
					break
				if differs is not None:
					differs[order[at]] = [int(n) for n in places.split()]
				at += 1
			p.kill()
			p.wait()
			p.stdout.close()
		if at == len(order):
			return None, ''
		return order[at], bad or '%s: died' % self.rows[order[at]]['name']

	def noticed(self, program, name, mutant, differs, most):
		"""(which, why) of what noticed this mutant of the file `name`, of those over which it differs; or (None, '')."""
		killers = self.killers.setdefault(name, [])
		first = [n for n in killers if n in differs]
		which, why = self.judged(program, (first + [n for n in self.order if n in differs and n not in set(first)])[:most], mutant)
		if why:
			self.killers[name] = [which] + [n for n in self.killers[name] if n != which][:300]
		return which, why

	def remember(self, log):
		"""What noticed mutants in an earlier run is tried first."""
		for line in log:
			parts = line.rstrip('\n').split('\t')
			n = self.names.get(parts[-1].partition(':')[0])
			if n is not None and n not in self.killers.setdefault(parts[0].partition(':')[0], []):
				self.killers[parts[0].partition(':')[0]].append(n)


class Build:
	"""The programs that hold all mutants of `names`."""
	def __init__(self, folder, names, work):
		self.folder, self.work = folder, work
		with open(os.path.join(folder, 'compile_commands.json')) as f:
			wanted = [c for c in json.load(f) if re.search(r'CMakeFiles/(evd_base|evd_core|many)\.dir/', c['command'])]
		self.commands = {c['file']: c['command'] for c in wanted}
		root = next(f for f in self.commands if f.endswith('/verify/verify.c'))[:-len('verify/verify.c')]
		self.all, self.texts = [], {}  # all: (file, line, what), from number 1
		for name in names:
			with open(root + name) as f:
				self.texts[root + name], found = instrumented(f.read(), len(self.all) + 1)
			self.all += [(name, line, what) for line, what in found]
		sources = sorted(f for end in ('c', 'h', 'def') for f in glob.glob(root + '*/*.' + end))
		self.key = digest([sorted(self.commands.items()), names], os.path.join(HERE, 'many.c'), os.path.join(HERE, 'mutant.h'), *sources)

	def object(self, source, kind, flags):
		"""The object of `source`: with its mutants if it has any, else the build's own."""
		command = [a for a in shlex.split(self.commands[source]) if a != '-Werror' and not a.startswith('-O') and not a.endswith('ccache')]
		at = command.index('-o') + 1
		many = source.endswith('/many.c')
		if source not in self.texts and not many:
			return os.path.join(self.folder, command[at])
		copy, obj = (os.path.join(self.work, kind + source.replace('/', '-') + end) for end in ('', '.o'))
		with open(source) as f:
			text = f.read() if many else self.texts[source]
		with open(copy, 'w') as f:
			f.write('#line 1 "%s"\n' % source + text)
		command[at], command[command.index('-c') + 1] = obj, copy
		header = os.path.join(HERE, 'mutant.h')
		more = ['-DEVD_MUTANTS="%s"' % header, '-DEVD_MUTANTS_N=%d' % (len(self.all) + 1)] if many else ['-include', header]
		done = subprocess.run(command + more + ['-O1', '-w', *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder)
		if done.returncode:
			sys.exit('the mutants of %s do not compile:\n%s' % (source, done.stdout))
		return obj

	def program(self, pool, kind, *flags):
		out = os.path.join(self.work, '%s-%s' % (kind, self.key))
		if os.path.exists(out):
			return out
		objects = list(pool.map(lambda s: self.object(s, kind, flags), self.commands))
		subprocess.run(['cc', '-o', out] + objects + ['-lcrypto', '-lpthread', *flags], check=True)
		return out


class State:
	"""What was found: where mutants differ, by vector; which vector noticed a mutant, and why."""
	def __init__(self, folder, key):
		self.path = os.path.join(folder, 'state.json')
		self.now = {'key': key, 'differs': {}, 'noticed': {}, 'left': {}}
		if os.path.exists(self.path):
			with open(self.path) as f:
				then = json.load(f)
			if then['key'] == key:
				self.now = then

	def save(self):
		with open(self.path + '.new', 'w') as f:
			f.write(json.dumps(self.now))  # at one go: other threads add to it
		os.replace(self.path + '.new', self.path)


def kept():
	"""{(file, what)} of mutants_kept.txt: file, a tab, what as printed, a tab, the reason."""
	with open(os.path.join(HERE, 'mutants_kept.txt')) as f:
		return {tuple(line.split('\t')[:2]) for line in f if line.strip() and not line.startswith('#')}


def places(vectors, program, state):
	"""By mutant, the vectors over which it differs. The verifier as it is must judge all as the table says."""
	known = state.now['differs']
	new = [n for n in vectors.order if vectors.keys[n] not in known]
	found = {n: [] for n in new}
	_, why = vectors.judged(program, new, 0, found)
	if why:
		sys.exit('the vectors disagree with the verifier as it is: ' + why)
	known.update({vectors.keys[n]: found[n] for n in new})
	state.save()
	out = {}
	for n, key in enumerate(vectors.keys):
		for mutant in known[key]:
			out.setdefault(mutant, set()).add(n)
	return out


def judge(vectors, program, build, state, kind, numbers, differs, pool, most=None):
	"""Judges these mutants, and keeps in `state` what noticed them."""
	done = [0]
	def one(n):
		where = differs.get(n, set())
		seen = '%s %s' % (kind, digest([most] + sorted(vectors.keys[v] for v in where)))
		if seen not in state.now['left'].get(str(n), []):
			which, why = vectors.noticed(program, build.all[n - 1][0], n, where, most)
			if why:
				state.now['noticed'][str(n)] = [vectors.keys[which], why]
			else:
				state.now['left'].setdefault(str(n), []).append(seen)
		done[0] += 1
		if done[0] % 50 == 0:
			print('%s: %d of %d judged' % (kind, done[0], len(numbers)), file=sys.stderr, flush=True)
			state.save()
	list(pool.map(one, numbers))
	state.save()


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument('build')
	parser.add_argument('vectors', nargs='+')
	parser.add_argument('--file', action='append', choices=FILES)
	parser.add_argument('--log')
	parser.add_argument('--state')
	parser.add_argument('--jobs', type=int, default=2)
	parser.add_argument('--most', type=int)
	o = parser.parse_args()
	names = o.file or FILES
	vectors, argument = Vectors([os.path.abspath(v) for v in o.vectors]), kept()
	if o.log and os.path.exists(o.log):
		with open(o.log) as f:
			vectors.remember(f)
	with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
		work = os.path.abspath(o.state or scratch)
		os.makedirs(work, exist_ok=True)
		build = Build(os.path.abspath(o.build), names, work)
		state = State(work, build.key)
		program = build.program(pool, 'plain')
		differs = places(vectors, program, state)
		print('%d mutants, %d vectors' % (len(build.all), len(vectors.rows)), file=sys.stderr, flush=True)
		numbers, there = range(1, len(build.all) + 1), set(vectors.keys)
		noticed = state.now['noticed'] = {n: by for n, by in state.now['noticed'].items() if by[0] in there}
		left = [n for n in numbers if str(n) not in noticed]
		judge(vectors, program, build, state, 'plain', left, differs, pool, o.most)
		left = [n for n in left if str(n) not in noticed and n in differs]
		if left and not o.most:
			print('%d left, once more with sanitizers' % len(left), file=sys.stderr, flush=True)
			judge(vectors, build.program(pool, 'sanitized', *SANITIZE), build, state, 'sanitized', left, differs, pool)
	why = {n: noticed[str(n)][1] if str(n) in noticed else '' for n in numbers}
	survived, argued = [], set()
	for n in numbers:
		name, line, what = build.all[n - 1]
		if not why[n] and (name, what) in argument:
			argued.add((name, what))
			why[n] = 'argued'
		elif not why[n]:
			survived.append(n)
			why[n] = 'SURVIVED' + ('' if n in differs else ', no vector meets it')
			print('%s:%d: %s%s' % (name, line, what, '' if n in differs else ' (no vector meets it)'), flush=True)
	if o.log:
		with open(o.log, 'w') as f:
			f.writelines('%s:%d\t%s\t%s\n' % (build.all[n - 1] + (why[n],)) for n in numbers)
	stale = [a for a in argument - argued if a[0] in names]
	for a in stale:
		print('mutants_kept.txt: no such survivor: %s: %s' % a)
	print('%d mutants, %d survived, %d argued' % (len(numbers), len(survived), sum(w == 'argued' for w in why.values())))
	sys.exit(1 if survived or stale or not why else 0)


if __name__ == '__main__':
	main()
