"""bare: the browser's DevTools pipe as a bare script would speak it, to hold the cost of a capture against."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time


class Browser:
	def __init__(self, program='chromium'):
		self.profile = tempfile.mkdtemp(prefix='bare-')
		in_r, in_w = os.pipe()
		out_r, out_w = os.pipe()

		def become():
			a, b = os.dup(in_r), os.dup(out_w)
			a, b = (os.dup2(fd, 20 + i) for i, fd in enumerate((a, b)))
			os.dup2(20, 3)
			os.dup2(21, 4)
		flags = ['--remote-debugging-pipe', '--headless', '--no-startup-window', '--no-first-run', '--disable-gpu', '--hide-scrollbars',
			'--disable-background-networking', '--user-data-dir=' + self.profile] + (['--no-sandbox'] if os.geteuid() == 0 else [])
		self.process = subprocess.Popen([program] + flags, preexec_fn=become, close_fds=False, stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
		os.close(in_r)
		os.close(out_w)
		self.to, self.out, self.left, self.id, self.events = in_w, out_r, b'', 0, []

	def message(self):
		parts = [self.left]
		while b'\0' not in parts[-1]:
			data = os.read(self.out, 1 << 20)
			if not data:
				raise EOFError
			parts.append(data)
		text, _, self.left = b''.join(parts).partition(b'\0')
		return json.loads(text)

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
			self.events.append(m)

	def close(self):
		self.process.kill()
		self.process.wait()
		time.sleep(0.1)
		shutil.rmtree(self.profile, ignore_errors=True)
