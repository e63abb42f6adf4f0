"""wayland.py PROGRAMS: `evidence capture` under Wayland through the desktop's portal: a portal that answers in every wrong
way, then a real one under sway, whose pictures are held against a known picture and against grim's."""
import hashlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import urllib.parse
import zlib

from desk import Cli, capture, check, fail, last, part, png, records, same
from seat import PYTHON, Seat, alone, not_as_root, until

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = '/tmp/out.png'  # where the portal of wlroots writes


def picture(width, height):
	"""A picture with no two pixels of a row or column alike in its neighbourhood."""
	return width, height, [bytes(v for x in range(width) for v in (x & 255, y & 255, (x * 7 + y * 13) & 255)) for y in range(height)]


def write_png(path, p, end=None):
	"""A PNG written after the standard with zlib alone."""
	chunk = lambda kind, body: struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
	data = (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', p[0], p[1], 8, 2, 0, 0, 0)) +
		chunk(b'tEXt', b'Software\0somebody else') + chunk(b'IDAT', zlib.compress(b''.join(b'\0' + row for row in p[2]))) + chunk(b'IEND', b''))
	with open(path, 'wb') as f:
		f.write(data[:end])
	return data[:end]


class Fake:
	"""The portal that does as told."""
	def __init__(self, t, seat):
		self.t, self.seat, self.p = t, seat, None
		self.shot = seat.dir + '/Slika sa š.png'
		self.uri = 'file://' + seat.dir + '/Slika%20sa%20%c5%a1.png'
		self.source = seat.dir + '/source.png'
		self.bytes = write_png(self.source, picture(97, 53))
		self.plan()

	def plan(self, write=True, **how):
		"""What the next questions get; by default the picture, freshly written."""
		how.setdefault('uri', self.uri)
		with open(self.seat.dir + '/plan', 'w', encoding='utf-8') as f:
			json.dump(dict(how, write=[[how.pop('source', self.source), how.pop('shot', self.shot)]] if write else []), f)
		if os.path.exists(self.seat.dir + '/calls'):
			os.remove(self.seat.dir + '/calls')
		if not self.p or self.p.poll() is not None:
			self.p = self.seat.service('org.freedesktop.portal.Desktop', PYTHON, '-B', HERE + '/portal.py', self.seat.dir)

	def calls(self):
		try:
			with open(self.seat.dir + '/calls', encoding='utf-8') as f:
				return [json.loads(line) for line in f]
		except FileNotFoundError:
			return []

	def refused(self, code, word, *options, kind='screen', lines=1):
		"""Nothing may come into the case, and it is said why."""
		before = last(self.t)
		said = self.t.evidence('capture', kind, *options, expect=code, lines=lines)
		check(code == 1 or word in said, 'said %r, not %r' % (said, word))
		check(last(self.t) == before, 'an entry came of it: ' + word)

	def ask(self):
		return subprocess.Popen([os.path.join(self.t.programs, 'evidence'), '-C', self.t.case, 'capture', 'screen', '--passphrase-file',
			self.t.pass_file], env=self.t.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def taken(t, fake):
	path, facts = capture(t, 'screen', '--label', 'portal')
	check(open(path, 'rb').read() == fake.bytes, 'the item is the file as it came')
	same(png(path), picture(97, 53), 'screen')
	check((facts['width'], facts['height']) == (97, 53), 'size')
	check(facts['pixelsSha256'] == hashlib.sha256(b''.join(picture(97, 53)[2])).hexdigest(), 'digest of the pixels')
	f = facts['portal']['file']
	check(f['sha256'] == hashlib.sha256(fake.bytes).hexdigest() and f['size'] == len(fake.bytes), 'the file, hashed')
	check(f['path'] == fake.shot and f['removed'] is True and not os.path.exists(fake.shot), 'removed, and said')
	check(facts['from'][:19] <= f['modified'] <= facts['to'], 'written meanwhile')
	check(facts['portal']['interactive'] is False and facts['portal']['version'] == 2, 'portal: %s' % facts['portal'])
	check(os.path.realpath(PYTHON) == facts['portal']['program'], 'program: %s' % facts['portal'])
	check(facts['backend'] == 'portal' and facts['session']['type'] == 'wayland', 'session: %s' % facts)
	check(facts['session']['desktop'] == 'sway' and facts['session']['waylandDisplay'] == 'wayland-none', 'session: %s' % facts)
	unknown = ['area', 'display', 'pointer', 'scale', 'screenSaver', 'window']  # there is a portal, and no compositor
	check(facts['notKnown'] == unknown, 'what is not known is named')
	check(not set(unknown) & set(facts) and facts['locked'] in ('yes', 'unknown'), 'and not guessed')
	check([c['interactive'] for c in fake.calls()] == [False], 'asked once, without dialogue')


def chosen(t, fake):
	"""What a person chooses; names are refused, not ignored."""
	for kind in ('window', 'region', 'monitor'):
		fake.plan()
		_, facts = capture(t, kind)
		check(facts['portal']['interactive'] is True and facts['kind'] == kind, 'interactive: %s' % facts)
		check([c['interactive'] for c in fake.calls()] == [True], 'asked with a dialogue')
	fake.plan()
	for kind, option, value in (('window', '--title', 'x'), ('region', '--geometry', '9x9+0+0'), ('monitor', '--monitor', 'x')):
		fake.refused(69, option, option, value, kind=kind)
	check(not fake.calls(), 'the portal was not asked')
	fake.plan(version=1)
	fake.refused(69, 'whole screens only', kind='window')
	_, facts = capture(t, 'screen')
	check(facts['portal']['version'] == 1, 'a portal of version 1')


def several(t, fake):
	fake.plan()
	before = last(t)
	t.evidence('capture', 'screen', '--repeat', '3', '--every', '0.1')
	check(last(t) == before + 3 and len(fake.calls()) == 3, 'three pictures, three entries')
	t.run('evidence', '-C', t.case, 'capture', 'screen', '--series', '--passphrase-file', t.pass_file, stdin=b'tt')
	frames = [r['capture'] for r in records(t, before + 4) if r['kind'] == 'origin']
	check([f['overlap']['result'] for f in frames] == ['first', 'same'], 'a series: %s' % frames)
	check(all(f['portal']['file']['removed'] for f in frames) and last(t) == before + 5, 'and its view')
	# refused in the middle: what was taken before is in the case
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'screen', '--series', '--json', '--passphrase-file',
		t.pass_file], env=t.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	fake.plan()
	p.stdin.write('t')
	p.stdin.flush()
	until('the first frame', lambda: fake.calls() and not os.path.exists(fake.shot))
	fake.plan(response=2)
	p.stdin.write('t')
	p.stdin.flush()
	said = p.communicate()[1]
	check(p.returncode == 77 and 'refused' in said, 'refused meanwhile: %d %s' % (p.returncode, said))
	check(len([r for r in records(t, last(t)) if r['kind'] == 'content']) == 1 and last(t) == before + 6, 'the first is kept')


def answers(t, fake):
	"""Answers that bring no picture."""
	fake.plan(response=1, write=False)
	fake.refused(1, 'cancelled')
	fake.plan(response=2, write=False)
	fake.refused(77, 'refused')
	fake.plan(how='error', write=False)
	fake.refused(77, 'NotAllowed')
	for uri, word in ((None, 'named no picture'), ('http://localhost/x.png', 'names no file'), ('x.png', 'names no file'), ('file:x', 'names no file'),
			('file://elsewhere/x.png', 'names no file'), ('file:///tmp/%zz', 'names no file'), ('file:///tmp/a%00b', 'names no file'),
			('file:///tmp/%', 'names no file'), ('file:///tmp/a?b', 'names no file'), ('file:///tmp/', 'named no file'), ('file:///tmp/..', 'named no file')):
		fake.plan(write=False, uri=uri)
		fake.refused(65, word)
	os.remove(fake.shot)  # of a refusal above, which named no file
	fake.plan(write=False)
	fake.refused(66, 'not there')


def files(t, fake):
	"""Files that are no picture of ours: refused, and left as they are."""
	make = fake.seat.dir + '/victim'
	uri = 'file://' + make
	os.mkdir(make)
	fake.plan(write=False, uri=uri)
	fake.refused(65, 'no regular file')
	os.rmdir(make)
	os.mkfifo(make)
	fake.refused(65, 'no regular file')
	os.remove(make)
	os.symlink(fake.shot, make)
	fake.plan(uri=uri)
	fake.refused(65, 'symbolic link')
	check(os.path.islink(make) and open(fake.shot, 'rb').read() == fake.bytes, 'link and target stand')
	os.remove(make)
	os.remove(fake.shot)
	open(fake.shot, 'wb').close()
	os.link(fake.shot, make)
	fake.plan(uri=uri)
	fake.refused(65, 'another name')
	check(open(make, 'rb').read() == fake.bytes, 'both names stand')
	os.remove(make)
	# written before it was asked for: somebody's own picture
	os.utime(fake.shot, (1e9, 1e9))
	fake.plan(write=False)
	fake.refused(65, 'before it was asked for')
	check(open(fake.shot, 'rb').read() == fake.bytes, 'an older file stands')
	fake.plan(write=False, uri='file:///etc/passwd')
	fake.refused(65, 'another user')
	for data, word in ((b'\xff\xd8\xff\xe0 no PNG', 'PNG'), (b'', 'PNG'), (fake.bytes[:-200], 'PNG')):
		with open(make, 'wb') as f:
			f.write(data)
		fake.plan(source=make)
		fake.refused(65, word)
		check(open(fake.shot, 'rb').read() == data, 'what is no picture stands')
	os.remove(make)
	os.remove(fake.shot)


def black(t, fake):
	source = fake.seat.dir + '/black.png'
	write_png(source, (40, 30, [bytes(120)] * 30))
	fake.plan(source=source)
	fake.refused(1, 'black')
	path, facts = capture(t, 'screen', '--keep-black', expect=1)
	check(facts['black'] is True and png(path)[:2] == (40, 30) and not os.path.exists(fake.shot), 'black, kept')


def silence(t, fake):
	"""No answer, an end, a stop; and an answer by somebody else."""
	fake.plan(how='silent', write=False)
	fake.refused(69, 'did not answer', '--timeout', '4')
	until('the question is taken back', lambda: [c['call'] for c in fake.calls()] == ['Screenshot', 'Close'])
	fake.plan(how='silent', write=False)
	p = fake.ask()
	until('the question', fake.calls)
	p.send_signal(signal.SIGINT)
	said = p.communicate()[1]
	check(p.returncode == 1 and 'stopped' in said, 'Ctrl-C: %d %s' % (p.returncode, said))
	until('it is taken back', lambda: [c['call'] for c in fake.calls()] == ['Screenshot', 'Close'])
	fake.plan(how='mute', write=False)
	fake.refused(69, 'did not answer', '--timeout', '4')
	fake.plan(how='exit', write=False)
	fake.refused(69, 'ended before it answered')
	fake.p.wait()
	other = fake.seat.dir + '/other.png'
	write_png(other, picture(5, 5))
	fake.plan(how='forged', forged='file://' + other)
	path, _ = capture(t, 'screen')
	check(open(path, 'rb').read() == fake.bytes and os.path.exists(other), "another program's answer is not heard")


def absent(t, fake):
	fake.seat.stop(fake.p)
	fake.refused(69, 'no desktop portal')
	before = t.env['DBUS_SESSION_BUS_ADDRESS']
	t.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=%s/none' % fake.seat.dir
	fake.refused(69, 'no session bus')
	t.env.pop('DBUS_SESSION_BUS_ADDRESS')
	runtime = t.env.pop('XDG_RUNTIME_DIR')
	fake.refused(69, 'neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR names one')
	t.env.update(DBUS_SESSION_BUS_ADDRESS=before, XDG_RUNTIME_DIR=runtime)
	# which way is chosen: a session of X11 that also holds a Wayland display is one of X11
	t.env['XDG_SESSION_TYPE'] = 'x11'
	fake.refused(69, 'no display')
	fake.refused(69, 'no desktop portal', '--backend', 'portal')
	t.env['XDG_SESSION_TYPE'] = 'tty'
	fake.refused(69, 'no desktop portal')
	fake.refused(69, 'no display', '--backend', 'x11')
	fake.refused(64, 'x11 or portal', '--backend', 'grim')


def desktops(t, fake):
	"""What the portals of GNOME and of KDE Plasma do, after their sources: where the file lies and how it is named, and what they answer
	where there is no picture. They themselves are not here."""
	pictures = fake.seat.dir + '/Slike š 100%'
	os.makedirs(pictures + '/Screenshots')
	for desktop, name, escaped in (('GNOME', 'Screenshots/Screenshot from 2026-11-28 13-45-00.png', True), ('KDE', 'Screenshot_20261128_134500.png', False),
			('KDE', 'Screenshot #2?.png', False)):
		t.env['XDG_CURRENT_DESKTOP'] = desktop
		shot = pictures + '/' + name
		# g_filename_to_uri escapes (RFC 3986); Plasma puts the path behind file:// as it is
		uri = 'file://' + (urllib.parse.quote(shot) if escaped else shot)
		for kind in ('screen', 'window'):
			fake.plan(uri=uri, shot=shot)
			path, facts = capture(t, kind)
			check(open(path, 'rb').read() == fake.bytes and not os.path.exists(shot), 'taken, and removed: %s' % uri)
			check(facts['portal']['file']['path'] == shot and facts['portal']['interactive'] is (kind == 'window'), 'file: %s' % facts['portal'])
			check(facts['session']['desktop'] == desktop, 'desktop: %s' % facts['session'])
	t.env['XDG_CURRENT_DESKTOP'] = 'GNOME'  # a dialogue that was cancelled or closed names an empty file
	for kind in ('screen', 'region'):
		fake.plan(response=1, write=False, uri='')
		fake.refused(1, 'cancelled', kind=kind, lines=1 + (kind == 'region'))
		fake.plan(response=2, write=False, uri='')
		fake.refused(77, 'refused', kind=kind, lines=1 + (kind == 'region'))
	fake.plan(write=False, uri='')
	fake.refused(65, 'names no file')
	# in a folder that lets nothing go: said, and recorded
	shot = pictures + '/Screenshots/x.png'
	fake.plan(uri='file://' + urllib.parse.quote(shot), shot=shot)
	open(shot, 'wb').close()
	os.chmod(pictures + '/Screenshots', 0o500)
	_, facts = capture(t, 'screen', expect=1)
	check(facts['portal']['file']['removed'] is False and os.path.exists(shot), 'not removed, and said')
	os.chmod(pictures + '/Screenshots', 0o700)
	shutil.rmtree(pictures)
	t.env['XDG_CURRENT_DESKTOP'] = 'sway'


def wrong_portals(t):
	seat = Seat(t.env)
	try:
		t.env.update({k: seat.env[k] for k in ('DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'XDG_SESSION_TYPE', 'XDG_CURRENT_DESKTOP')},
			WAYLAND_DISPLAY='wayland-none')
		fake = Fake(t, seat)
		for part_of in (taken, chosen, several, answers, files, black, desktops, session, silence, absent):
			part_of(t, fake)
			print('%s: fine' % part_of.__name__, flush=True)
	finally:
		seat.close()


def grim(seat, *words):
	"""An independent picture, or None: rows of what grim writes as PPM."""
	done = seat.run('grim', '-t', 'ppm', *words, '-')
	if done.returncode:
		return None
	kind, width, height, most = done.stdout[:40].split()[:4]
	data = done.stdout[len(done.stdout) - int(width) * int(height) * 3:]
	check(kind == b'P6' and most == b'255', 'a PPM this test does not know')
	stride = int(width) * 3
	return int(width), int(height), [data[y * stride:(y + 1) * stride] for y in range(int(height))]


CONFIG = """
output HEADLESS-1 resolution 640x400 position 0 0 bg %s fill
output HEADLESS-2 resolution 320x200 position 640 0 bg #2050a0 solid_color
seat * hide_cursor 1
xwayland disable
"""


def real_portal(t):
	lock = alone('evidence-test-portal-wlr')
	if os.path.lexists(OUT) and os.stat(OUT, follow_symlinks=False).st_uid != os.geteuid():
		fail(OUT + " is another user's; the portal of wlroots 0.7 writes there and nowhere else")
	seat = Seat(dict(t.env, PATH=t.path('bin') + ':' + os.environ['PATH']))
	try:
		known = picture(640, 400)
		write_png(seat.dir + '/known.png', known)
		seat.sway(CONFIG % (seat.dir + '/known.png'), 2)
		wide = (960, 400, [row + (b'\x20\x50\xa0' if y < 200 else bytes(3)) * 320 for y, row in enumerate(known[2])])
		until('the known picture', lambda: grim(seat, '-o', 'HEADLESS-1') == known and
			(grim(seat) or ((),) * 3)[2][:200] == wide[2][:200])
		seat.portals(HERE)
		t.env.update({k: v for k, v in seat.env.items() if k not in ('HOME', 'PATH')})
		given_up(t)
		screens(t, seat, known)
		xwayland(t, seat)
		scaled(t, seat, known)
	except BaseException:
		print(seat.log())
		raise
	finally:
		seat.close()
		lock.close()


def given_up(t):
	"""The person leaves the rectangle undrawn (Escape); the portal does not tell it from other failures."""
	before = last(t)
	# slurp is what the portal starts for a person to draw with
	t.write('bin/slurp', b'#!/bin/sh\nexit 1\n', 0o755)
	check('refused' in t.evidence('capture', 'region', expect=77, lines=2) and last(t) == before, 'nothing was chosen')
	t.write('bin/slurp', b'#!/bin/sh\necho "20,30 100x50"\n', 0o755)


def locked(t, seat, take, when_not):
	"""The word of the session's keeper; few compositors tell it under Wayland, so that its "no" is no answer there."""
	before = t.env.get('DBUS_SYSTEM_BUS_ADDRESS')
	t.env['DBUS_SYSTEM_BUS_ADDRESS'] = seat.env['DBUS_SESSION_BUS_ADDRESS']
	keeper = seat.service('org.freedesktop.login1', PYTHON, '-B', HERE + '/portal.py', seat.dir, 'login1')
	check(take()['locked'] == when_not, 'not locked')
	open(seat.dir + '/locked', 'w').close()
	check(take()['locked'] == 'yes', 'locked')
	os.remove(seat.dir + '/locked')
	seat.stop(keeper)
	check(take()['locked'] == 'unknown', 'nobody who says it')
	t.env.pop('DBUS_SYSTEM_BUS_ADDRESS') if before is None else t.env.update(DBUS_SYSTEM_BUS_ADDRESS=before)


def session(t, fake):
	def take():
		fake.plan()
		return capture(t, 'screen')[1]
	locked(t, fake.seat, take, 'unknown')


def xwayland(t, seat):
	"""An X server inside Wayland: said to be one, and that what others draw is not in its picture."""
	read, write = os.pipe()
	server = seat.start('Xwayland', '-displayfd', str(write), '-noreset', '-nolisten', 'tcp', pass_fds=[write])
	os.close(write)
	with os.fdopen(read) as f:
		t.env['DISPLAY'] = ':' + f.readline().strip()
	done = subprocess.run([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'screen', '--backend', 'x11', '--keep-black',
		'--passphrase-file', t.pass_file], env=t.env, capture_output=True, text=True)
	check(done.returncode == 1 and 'Xwayland' in done.stderr and '--backend portal' in done.stderr, 'said: %d %s' % (done.returncode, done.stderr))
	facts = [r for r in records(t, last(t)) if r['kind'] == 'origin'][-1]['capture']
	check(facts['display']['xwayland'] is True and facts['backend'] == 'x11' and facts['black'] is True, 'facts: %s' % facts)
	locked(t, seat, lambda: capture(t, 'screen', '--backend', 'x11', '--keep-black', expect=1)[1], 'no')
	t.env.pop('DISPLAY')
	seat.stop(server)


def outputs(t, seat, facts, scale):
	"""What the compositor said of its outputs, against what sway says of them."""
	listed = {m['name']: m for m in facts['display']['monitors']}
	check(facts['notKnown'] == ['area', 'pointer', 'screenSaver', 'window'], 'not known: %s' % facts['notKnown'])
	check(facts['display']['name'] == seat.env['WAYLAND_DISPLAY'] and len(listed) == 2, 'display: %s' % facts['display'])
	for o in json.loads(seat.run('swaymsg', '-r', '-t', 'get_outputs').stdout):
		m, mode = listed[o['name']], o['current_mode']
		check(m['mode'] == '%dx%d' % (mode['width'], mode['height']), 'mode: %s' % m)
		check((m['make'], m['model'], m['transform']) == (o['make'], o['model'], o['transform']), 'output: %s' % m)
		check(m['scale'] == o['scale'] == scale, 'scale: %s' % m)


def screens(t, seat, known):
	path, facts = capture(t, 'screen')
	ours = png(path)
	same(ours, grim(seat), 'screen')
	same(part(ours, 0, 0, 640, 400), known, 'the known picture')
	check(facts['portal']['file']['path'] == OUT and facts['portal']['file']['removed'] is True and not os.path.exists(OUT), 'file: %s' % facts)
	check(facts['portal']['program'] == '/usr/libexec/xdg-desktop-portal', 'program: %s' % facts['portal'])
	outputs(t, seat, facts, 1)
	path, facts = capture(t, 'region')
	same(png(path), part(known, 20, 30, 100, 50), 'the region that was drawn')
	check(facts['portal']['interactive'] is True and 'area' in facts['notKnown'], 'which is not known to us')
	before = last(t)
	t.evidence('capture', 'screen', '--repeat', '2', '--delay', '0.1')
	check(last(t) == before + 2, 'two pictures')


def scaled(t, seat, known):
	"""Screens that are shown at twice the size: their true pixels, not the programs' points."""
	for name, x in (('HEADLESS-1', '0'), ('HEADLESS-2', '320')):
		seat.run('swaymsg', 'output', name, 'scale', '2', 'position', x, '0')
	scales = lambda: [o['scale'] for o in json.loads(seat.run('swaymsg', '-r', '-t', 'get_outputs').stdout)]
	until('the scaled screen', lambda: scales() == [2, 2] and grim(seat, '-o', 'HEADLESS-1') == known and
		(grim(seat) or [0])[0] == 960)
	path, facts = capture(t, 'screen')
	ours = png(path)
	outputs(t, seat, facts, 2)
	same(ours, grim(seat), 'a scaled screen')
	same(part(ours, 0, 0, 640, 400), known, 'the known picture, scaled')


def main():
	not_as_root(sys.argv[1])
	t = Cli(sys.argv[1])
	for name in ('DISPLAY', 'XAUTHORITY'):
		t.env.pop(name, None)
	t.identity()
	t.run('evidence', 'open', '--number', 'K 1', '--title', 'wayland', t.case, '--passphrase-file', t.pass_file)
	wrong_portals(t)
	real_portal(t)
	t.evidence('check')
	print('wayland: fine')


main()
