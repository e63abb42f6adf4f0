"""replay.py PROGRAMS: a captured page replayed by another program, pywb from PyPI (EVD_WARC_VENV names a place of it), with the server gone:
each body is what the server sent, and a browser shows the page again. Frames, redirects, packed bodies, pictures, names beyond ASCII."""
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pages
from bare import Browser
from desk import check
from entries import capture, open_case
from pages import Site

VENV = os.environ.get('EVD_WARC_VENV')
if VENV and not sys.prefix.startswith(os.path.realpath(VENV)):
	os.execv(VENV + '/bin/python', [VENV + '/bin/python', '-B'] + sys.argv)
TOOLS = os.path.dirname(sys.executable)
SHOWS = 'JSON.stringify([document.title, document.body.innerText, [...document.images].map(i => i.complete ? i.naturalWidth : -1),' \
	'[...document.querySelectorAll("iframe")].map(f => f.contentDocument && f.contentDocument.body.innerText)])'


class Replay:
	"""pywb over one WACZ."""

	def __init__(self, folder, wacz):
		os.mkdir(folder)
		with open(folder + '/config.yaml', 'w') as f:
			f.write('framed_replay: false\n')
		for words in (('init', 'page'), ('add', '--unpack-wacz', 'page', wacz)):
			done = subprocess.run([TOOLS + '/wb-manager', *words], cwd=folder, capture_output=True, text=True)
			check(done.returncode == 0, 'wb-manager %s: %s' % (words, done.stdout + done.stderr))
		with socket.socket() as s:
			s.bind(('127.0.0.1', 0))
			self.base = 'http://127.0.0.1:%d/page/' % s.getsockname()[1]
		self.p = subprocess.Popen([TOOLS + '/wayback', '-b', '127.0.0.1', '-p', self.base.split(':')[2].split('/')[0], '-d', folder], cwd=folder,
			stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
		while True:
			check(self.p.poll() is None, 'pywb ended')
			try:
				urllib.request.urlopen(self.base).close()
				return
			except OSError as e:
				if isinstance(e, urllib.error.HTTPError):
					return
				time.sleep(0.2)

	def body(self, url):
		"""As it was captured (id_: nothing is rewritten), redirects followed by nobody."""
		class Stay(urllib.request.HTTPRedirectHandler):
			def redirect_request(self, *words):
				return None
		try:
			with urllib.request.build_opener(Stay).open(self.base + 'id_/' + url) as r:
				return r.status, r.read()
		except urllib.error.HTTPError as e:
			return e.code, e.read()

	def close(self):
		os.killpg(self.p.pid, signal.SIGKILL)
		self.p.wait()


def shown(base, url, words):
	"""What a browser shows of it once it shows `words`."""
	b = Browser()
	target = b.call('Target.createTarget', url='about:blank')['targetId']
	s = b.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
	b.call('Page.enable', s)
	b.call('Page.navigate', s, url=base + 'mp_/' + url)
	for _ in range(600):
		said = b.call('Runtime.evaluate', s, expression=SHOWS, returnByValue=True)['result'].get('value', '')
		if all(w in said for w in words):
			break
		time.sleep(0.2)
	b.close()
	check(all(w in said for w in words), 'replayed: %s, not %s' % (said, words))


def main():
	if not VENV and not importlib.util.find_spec('pywb'):
		print('replay: NOT tried, no pywb (pip; EVD_WARC_VENV names a place of it)')
		return
	t, site = open_case(sys.argv[1]), Site(pages.plain_routes())
	parts, name = site.base + '/parts', site.base + '/кућа Š'
	files = [capture(t, url, expect=code).path['traffic'] for url, code in ((parts, 1), (name, 0))]
	site.close()
	site.server.server_close()
	r = Replay(t.path('parts'), shutil.copy(files[0], t.path('parts.wacz')))
	try:
		for path, expected in (('/parts', (200, pages.PARTS)), ('/zipped.txt', (200, b'packed text ' * 1000)), ('/frame', (200, pages.html('frame', 'a frame'))),
				('/lazy0.png', (200, pages.picture(400, 100, (200, 0, 30)))), ('/missing.png', (404, b'not here'))):
			check(r.body(site.base + path) == expected, '%s: %s' % (path, r.body(site.base + path)))
		check(r.body(site.base + '/moved.png')[0] == 302, 'a redirect: %s' % (r.body(site.base + '/moved.png'),))
		shown(r.base, parts, ['"parts"', '"a frame', '400'])
	finally:
		r.close()
	r = Replay(t.path('name'), shutil.copy(files[1], t.path('name.wacz')))
	try:
		url = site.base + urllib.parse.quote('/кућа Š')
		check(r.body(url) == (200, pages.html('кућа', 'x')), 'a name beyond ASCII: %s' % (r.body(url),))
		shown(r.base, url, ['"кућа"', '"x'])
	finally:
		r.close()
	shutil.rmtree(t.dir)
	print('replay: fine')


main()
