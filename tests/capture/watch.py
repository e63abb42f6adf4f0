"""watch.py PROGRAMS: `evidence watch`: what comes to lie in a folder, by every way programs write files, is in the
case, once, whole; digests by hashlib."""
import fcntl
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
from cli import Cli, check, fail  # noqa: E402


class Watch:
	def __init__(self, t, *words, before=None):
		self.lines, self.errors = [], []
		self.p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'watch', *words, '--passphrase-file',
			t.pass_file], env=t.env, cwd=t.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)
		for stream, kept in ((self.p.stdout, self.lines), (self.p.stderr, self.errors)):
			threading.Thread(target=lambda s=stream, k=kept: [k.append(line) for line in s], daemon=True).start()
		self.until(lambda: any('watching' in e for e in self.errors), 'watching')

	def until(self, holds, what, seconds=15):
		end = time.time() + seconds
		while not holds():
			if time.time() > end or self.p.poll() is not None and not holds():
				fail('%s does not come: %s %s' % (what, self.lines, self.errors))
			time.sleep(0.05)

	def has(self, name):
		self.until(lambda: any(line.rstrip().endswith('/' + name) for line in self.lines), name)

	def end(self, expect=0):
		self.p.send_signal(signal.SIGINT)
		self.p.wait(10)
		check(self.p.returncode == expect, 'exit %d, expected %d: %s' % (self.p.returncode, expect, self.errors))


def items(t):
	"""name -> digests of what the case holds, from its files."""
	found, names = [], {}
	for seq in sorted(os.listdir(t.case + '/custody')):
		for line in open('%s/custody/%s/records.jsonl' % (t.case, seq), encoding='utf-8'):
			r = json.loads(line)
			if r['kind'] == 'content' and 'role' not in r:
				data = open(t.case + '/' + r['path'], 'rb').read()
				check(hashlib.sha256(data).hexdigest() == r['sha256'], 'digest of ' + r['path'])
				found.append((r['id'], r['sha256']))
			if r['kind'] == 'origin':
				names[r['item']] = r['name']
	return sorted((names[i], d) for i, d in found if i in names)


def digest(data):
	return hashlib.sha256(data).hexdigest()


def ways(t, folder):
	"""Written slowly, renamed in, linked in, copied, changed again; hidden and unfinished names stay out."""
	want = []
	open(folder + '/old.png', 'wb').write(b'there before')
	w = Watch(t, folder, '--basis', 'own-device', '--label', 'phone')
	data = os.urandom(100000)
	with open(folder + '/slow.png', 'wb') as f:
		for i in range(10):
			f.write(data[i * 10000:(i + 1) * 10000])
			f.flush()
			time.sleep(0.15)
	want.append(('slow.png', digest(data)))
	w.has('slow.png')
	open(t.path('elsewhere.png'), 'wb').write(b'renamed')
	os.rename(t.path('elsewhere.png'), folder + '/renamed.png')
	open(folder + '/.hidden.png', 'wb').write(b'hidden, then shown')
	open(folder + '/page.html.part', 'wb').write(b'half')
	open(t.path('source.png'), 'wb').write(b'linked')
	os.link(t.path('source.png'), folder + '/linked.png')
	shutil.copy(t.path('source.png'), folder + '/Snimak ekrana š 1.png')
	for name in ('renamed.png', 'linked.png', 'Snimak ekrana š 1.png'):
		w.has(name)
	check(not any('hidden' in line or 'page' in line for line in w.lines), 'an unfinished file was taken')
	os.rename(folder + '/.hidden.png', folder + '/shown.png')
	w.has('shown.png')
	want += [('renamed.png', digest(b'renamed')), ('linked.png', digest(b'linked')),
		('Snimak ekrana š 1.png', digest(b'linked')), ('shown.png', digest(b'hidden, then shown'))]
	# the same name with other bytes is another item
	open(folder + '/slow.png', 'wb').write(b'edited')
	w.until(lambda: sum(line.rstrip().endswith('/slow.png') for line in w.lines) == 2, 'the second slow.png')
	want.append(('slow.png', digest(b'edited')))
	# other commands can use the case meanwhile
	t.evidence('note', '--file', t.write('note.txt', b'a note'))
	os.mkdir(folder + '/sub')
	time.sleep(1)
	w.end(expect=1)
	check(any('unfinished or hidden, not taken: 1' in e for e in w.errors), 'page.html.part is said: %s' % w.errors)
	check(any('new folders not gone into: 1' in e for e in w.errors), 'the folder is said')
	check(items(t) == sorted(want), 'items: %s, expected %s' % (items(t), sorted(want)))
	for f in ('slow.png', 'old.png'):
		check(os.path.exists(folder + '/' + f), 'the source stays')
	return want


def many(t, folder, want):
	"""A burst, with what lies there already."""
	for i in range(300):
		open('%s/%03d.png' % (folder, i), 'wb').write(b'burst %d' % i)
	w = Watch(t, folder, '--existing')
	for i in range(300, 600):
		open('%s/%03d.png' % (folder, i), 'wb').write(b'burst %d' % i)
	w.has('599.png')
	w.end()
	want += [('%03d.png' % i, digest(b'burst %d' % i)) for i in range(600)]
	check(items(t) == sorted(want), 'a burst of 600: %d items, expected %d' % (len(items(t)), len(want)))


def in_use(t, folder):
	"""The case is in use for a while: waited for, nothing is lost."""
	w = Watch(t, folder)
	add = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'add', '--no-read', '-', '--passphrase-file', t.pass_file],
		env=t.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
	time.sleep(1)
	open(folder + '/meanwhile.png', 'wb').write(b'while in use')
	w.until(lambda: any('in use' in e for e in w.errors), 'the wait is said')
	add.communicate(b'from the pipe')
	check(add.returncode == 0, 'the add')
	w.has('meanwhile.png')
	w.end()


def in_use_for_long(t, folder):
	"""However often it is tried again, no descriptors are used up: 40 are enough for eight times."""
	w = Watch(t, folder, before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
	with open(t.case + '/.case/lock', 'rb+') as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		open(folder + '/after-long.png', 'wb').write(b'long in use')
		w.until(lambda: any('in use' in e for e in w.errors), 'the wait is said')
		time.sleep(4)
	w.has('after-long.png')
	w.end()


def refused(t, folder):
	t.evidence('watch', expect=64)
	t.evidence('watch', t.path('nothing'), expect=66)
	t.evidence('watch', t.case, expect=64)
	t.evidence('watch', t.case + '/data', expect=64)
	t.evidence('watch', folder, '--basis', 'covert', expect=64)
	t.evidence('watch', folder, '--reason', '\udce6', expect=64)
	w = Watch(t, folder)
	shutil.rmtree(folder)
	w.p.wait(10)
	check(w.p.returncode == 66 and any('has gone' in e for e in w.errors), 'the folder goes: %d' % w.p.returncode)


def main():
	t = Cli(sys.argv[1])
	t.identity()
	t.run('evidence', 'open', '--number', 'K 1', '--title', 'watch', t.case, '--passphrase-file', t.pass_file)
	folder, second = t.path('Screenshots'), t.path('more')
	os.mkdir(folder)
	os.mkdir(second)
	want = ways(t, folder)
	many(t, second, want)
	in_use(t, second)
	in_use_for_long(t, second)
	t.evidence('check')
	refused(t, second)
	print('watch: fine')


main()
