"""bare: the browser's DevTools pipe as a bare script would speak it, to hold the cost of a capture against."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

# as the capture starts it (cmd/capture_web_start.c): both draw and load the same
FLAGS = ['--remote-debugging-pipe', '--headless', '--no-startup-window', '--no-first-run', '--no-default-browser-check',
	'--disable-background-networking', '--disable-auto-reload', '--disable-breakpad', '--disable-checker-imaging',
	'--run-all-compositor-stages-before-draw', '--disable-new-content-rendering-timeout', '--disable-client-side-phishing-detection',
	'--disable-component-update', '--disable-default-apps', '--disable-domain-reliability', '--disable-extensions', '--disable-gpu',
	'--disable-sync', '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,OptimizationHints,Translate,BackForwardCache',
	'--force-color-profile=srgb', '--hide-scrollbars', '--metrics-recording-only', '--mute-audio', '--no-pings', '--password-store=basic']


class Browser:
	def __init__(self, program='chromium'):
		self.profile = tempfile.mkdtemp(prefix='bare-')
		in_r, in_w = os.pipe()
		out_r, out_w = os.pipe()

		def become():
			os.setpgid(0, 0)
			for fd, to in ((in_r, 20), (out_w, 21), (20, 3), (21, 4)):
				os.dup2(fd, to)
		self.process = subprocess.Popen([program] + FLAGS + ['--user-data-dir=' + self.profile] + (['--no-sandbox'] if os.geteuid() == 0 else []),
			preexec_fn=become, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
		os.close(in_r)
		os.close(out_w)
		self.to, self.out, self.left, self.id, self.events = in_w, out_r, b'', 0, []
		self.moved = time.monotonic()  # when the network last did something

	def message(self):
		parts = [self.left]
		while b'\0' not in parts[-1]:
			data = os.read(self.out, 1 << 20)
			if not data:
				raise EOFError
			parts.append(data)
		text, _, self.left = b''.join(parts).partition(b'\0')
		return json.loads(text)

	def hear(self, m):
		self.events.append(m)
		if m.get('method', '').startswith('Network.'):
			self.moved = time.monotonic()

	def call(self, method, session=None, **params):
		self.id += 1
		said = {'id': self.id, 'method': method, 'params': params}
		if session:
			said['sessionId'] = session
		os.write(self.to, json.dumps(said).encode() + b'\0')
		while True:
			m = self.message()
			if m.get('id') == self.id:
				if 'error' in m:
					raise RuntimeError('%s: %s' % (method, m['error']))
				return m['result']
			self.hear(m)

	def close(self):
		os.killpg(self.process.pid, signal.SIGKILL)
		self.process.wait()
		while os.path.exists(self.profile):  # a process of the browser may still write
			shutil.rmtree(self.profile, ignore_errors=True)
