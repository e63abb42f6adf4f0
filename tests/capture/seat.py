"""seat: a session of its own for a test: a bus, a headless compositor (sway), its portal; never as root, whom sway refuses."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from desk import check, fail

NOBODY = 65534
PYTHON = '/usr/bin/python3'  # Debian's own, which has its python3-dbus
LONG = 120  # seconds: what a slow machine may need; nothing waits that long where all is well
BUS = """<busconfig><type>session</type><listen>unix:dir=%s</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def not_as_root(programs):
	"""Runs this test again as nobody, with copies of programs and tests that nobody may read."""
	if os.geteuid() != 0:
		return
	here, folder = os.path.dirname(os.path.abspath(__file__)), tempfile.mkdtemp(prefix='seat-')
	os.makedirs(folder + '/bin')
	for name in ('evidence', 'evidence-capture', 'evidence-reader', 'evidence-reader-light', 'evidence-verify'):
		shutil.copy(os.path.join(programs, name), folder + '/bin')
	for name in ('capture', 'cli'):
		shutil.copytree(os.path.join(here, '..', name), os.path.join(folder, name))
	for at, _, files in os.walk(folder):
		for name in [''] + files:
			os.chown(os.path.join(at, name), NOBODY, NOBODY)
	env = dict(os.environ, HOME=folder, GCOV_PREFIX=folder)
	env.pop('XDG_RUNTIME_DIR', None)
	code = subprocess.call(['setpriv', '--reuid=%d' % NOBODY, '--regid=%d' % NOBODY, '--clear-groups', PYTHON, '-B',
		'%s/capture/%s' % (folder, os.path.basename(sys.argv[0])), folder + '/bin'], env=env, cwd=folder)
	shutil.rmtree(folder, ignore_errors=True)
	sys.exit(code)


def until(what, true):
	end = time.monotonic() + LONG
	while not true():
		if time.monotonic() > end:
			fail('waited in vain: ' + what)
		time.sleep(0.05)


class Seat:
	"""A folder, a bus without activated services, and what is started on it."""
	def __init__(self, env):
		self.dir = tempfile.mkdtemp(prefix='seat-')
		self.env = dict(env, XDG_RUNTIME_DIR=self.dir, XDG_SESSION_TYPE='wayland', XDG_CURRENT_DESKTOP='sway', HOME=self.dir,
			NO_AT_BRIDGE='1', GIO_USE_VFS='local')
		for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'WAYLAND_SOCKET', 'SWAYSOCK'):
			self.env.pop(name, None)
		self.started = []
		with open(self.dir + '/bus.conf', 'w') as f:
			f.write(BUS % self.dir)
		read, write = os.pipe()
		self.start('dbus-daemon', '--config-file=%s/bus.conf' % self.dir, '--nofork', '--nopidfile', '--print-address=%d' % write,
			pass_fds=[write])
		os.close(write)
		with os.fdopen(read) as f:
			self.env['DBUS_SESSION_BUS_ADDRESS'] = f.readline().strip()

	def start(self, *argv, **how):
		log = open(self.dir + '/log', 'ab')
		p = subprocess.Popen(argv, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.dir, **how)
		log.close()
		self.started.append(p)
		return p

	def run(self, *argv, **how):
		return subprocess.run(argv, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.dir, **how)

	def bus(self, *words):
		"""A call to the bus or a service of it, as text."""
		return self.run('dbus-send', '--session', '--print-reply', *words).stdout.decode()

	def wait_name(self, name, p):
		def owned():
			check(p.poll() is None, '%s ended:\n%s' % (name, self.log()))
			return 'boolean true' in self.bus('--dest=org.freedesktop.DBus', '/org/freedesktop/DBus',
				'org.freedesktop.DBus.NameHasOwner', 'string:' + name)
		until(name + ' on the bus', owned)

	def service(self, name, *argv):
		p = self.start(*argv)
		self.wait_name(name, p)
		return p

	def log(self):
		with open(self.dir + '/log', errors='replace') as f:
			return f.read()[-4000:]

	def stop(self, p):
		p.terminate()
		p.wait()
		self.started.remove(p)

	def close(self):
		for p in reversed(self.started):
			p.kill()
			p.wait()
		shutil.rmtree(self.dir, ignore_errors=True)

	def sway(self, config, outputs):
		with open(self.dir + '/sway.conf', 'w') as f:
			f.write(config)
		self.env.update(WLR_BACKENDS='headless', WLR_RENDERER='pixman', WLR_LIBINPUT_NO_DEVICES='1', WLR_HEADLESS_OUTPUTS=str(outputs))
		p = self.start('sway', '-c', self.dir + '/sway.conf')
		names = lambda start: [n for n in os.listdir(self.dir) if n.startswith(start) and not n.endswith('.lock')]
		def up():
			check(p.poll() is None, 'sway ended:\n' + self.log())
			return names('wayland-') and names('sway-ipc.')
		until('sway', up)
		self.env.update(WAYLAND_DISPLAY=names('wayland-')[0], SWAYSOCK=self.dir + '/' + names('sway-ipc.')[0])
		until('sway answers', lambda: self.run('swaymsg', '-t', 'get_outputs').returncode == 0)

	def portals(self, here):
		"""The real ones; without a dialogue for permission (access) behind it the portal offers no pictures."""
		folder = self.dir + '/portals'
		os.makedirs(folder)
		shutil.copy('/usr/share/xdg-desktop-portal/portals/wlr.portal', folder)
		with open(folder + '/test.portal', 'w') as f:
			f.write('[portal]\nDBusName=org.freedesktop.impl.portal.desktop.test\nInterfaces=org.freedesktop.impl.portal.Access\nUseIn=sway\n')
		self.env['XDG_DESKTOP_PORTAL_DIR'] = folder
		self.start('pipewire')  # without it the portal of wlroots does not start
		until('pipewire', lambda: os.path.exists(self.dir + '/pipewire-0'))
		self.service('org.freedesktop.impl.portal.PermissionStore', '/usr/libexec/xdg-permission-store')
		self.service('org.freedesktop.impl.portal.desktop.test', PYTHON, '-B', here + '/portal.py', self.dir, 'access')
		self.service('org.freedesktop.impl.portal.desktop.wlr', '/usr/libexec/xdg-desktop-portal-wlr')
		self.service('org.freedesktop.portal.Desktop', '/usr/libexec/xdg-desktop-portal')


def alone(name):
	"""One test of a machine at a time: the portal of wlroots 0.7 always writes the same file."""
	lock = socket.socket(socket.AF_UNIX)
	def got():
		try:
			lock.bind('\0' + name)
			return True
		except OSError:
			return False
	until(name, got)
	return lock
