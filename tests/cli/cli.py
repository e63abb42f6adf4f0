"""cli: what the CLI scenarios share: a home of their own, a run with its expected exit code, and facts
taken with other tools (hashlib, zipfile, the openssl command), never from our own output."""
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile


def zipped(**files):
	"""A zip in memory, of these names and bytes."""
	out = io.BytesIO()
	with zipfile.ZipFile(out, 'w') as z:
		for name, data in files.items():
			z.writestr(name, data)
	return out.getvalue()


class Cli:
	def __init__(self, programs):
		self.programs = programs
		self.dir = tempfile.mkdtemp(prefix='cli-')
		self.env = dict(os.environ, EVIDENCE_HOME=self.path('home'), LC_ALL='C.UTF-8')
		self.pass_file = self.write('passphrase', b'correct horse battery\n')
		self.case = self.path('case')

	def path(self, *names):
		return os.path.join(self.dir, *names)

	def write(self, name, data, mode=0o600):
		path = self.path(name)
		os.makedirs(os.path.dirname(path), exist_ok=True)
		with open(path, 'wb') as f:
			f.write(data)
		os.chmod(path, mode)
		return path

	def run(self, program, *words, expect=0, stdin=None, lines=None, before=None):
		"""Runs a program, after `before` in its process; a failure must say one line on standard error and nothing else there."""
		argv = [os.path.join(self.programs, program)] + list(words)
		done = subprocess.run(argv, capture_output=True, input=stdin, env=self.env, cwd=self.dir, preexec_fn=before)
		out, err = done.stdout.decode(), done.stderr.decode()
		if done.returncode != expect:
			fail('%s: exit %d, expected %d\n%s%s' % (' '.join(argv), done.returncode, expect, out, err))
		if expect >= 64 and lines is None:
			lines = 1
		if lines is not None and len(err.splitlines()) != lines:
			fail('%s: %d lines of error, expected %d\n%s' % (' '.join(argv), len(err.splitlines()), lines, err))
		return out if expect < 64 else err

	def evidence(self, *words, reads=False, **how):
		"""`add` takes in only, unless `reads`: read-outs are cli-read's matter."""
		if words[0] == 'add' and not reads:
			words = ('add', '--no-read') + words[1:]
		return self.run('evidence', '-C', self.case, *words, '--passphrase-file', self.pass_file, **how)

	def verify(self, *words, **how):
		return self.run('evidence-verify', *words, **how)

	def verdict(self, *words, expect=0):
		report = json.loads(self.verify('--json', *words, expect=expect))
		check(report['exit'] == expect, 'exit in JSON and exit code differ')
		return report

	def identity(self, name='Ana', role='lawyer'):
		self.run('evidence', 'identity', 'create', '--name', name, '--role', role, '--passphrase-file',
			self.pass_file)
		listed = self.run('evidence', 'identity', 'list', '--json').splitlines()
		return [i['fingerprint'] for i in map(json.loads, listed) if i['name'] == name][-1]


def fail(why):
	sys.exit('FAILED: ' + why)


def check(true, why):
	if not true:
		fail(why)


def sha256(path):
	with open(path, 'rb') as f:
		return hashlib.sha256(f.read()).hexdigest()
