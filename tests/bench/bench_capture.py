"""bench_capture.py PROGRAMS [N [PATH...]]: what a captured page costs against a bare script that makes the same outputs of the same page
(--bare URL FOLDER: viewport, the whole page as one PNG, DOM, MHTML, PDF, all requests and bodies as WARC in a WACZ, the account of them), with the
same browser, the same scrolling and the same wait. By turns, N times each (5); medians of the time that passed and of the processor's,
all processes counted. The bar is 1.3: of the whole command, and of it with the key open: less what scrypt
(RFC 7914) of the key file's own figures takes, measured beside it in Python's, for a script has no key. And how long after the call a picture of a screen of 1920x1080 is in the chain with the key open, by the program's own clock."""
import base64
import ctypes
import hashlib
import gzip
import json
import os
import resource
import select
import statistics
import struct
import subprocess
import sys
import time
import uuid
import zipfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'capture'))
from bare import Browser  # noqa: E402
if sys.argv[1] != '--bare':
	from desk import Desk
	from entries import open_case
	from pages import Site, plain_routes

QUIET, STEP, TILE = 0.5, 0.08, 8192
SHOWS = '(() => { const d = document.scrollingElement; return [scrollY, d.scrollHeight, innerHeight] })()'
DOWN = '(() => { scrollBy({top: innerHeight * 0.8, behavior: "instant"}); return %s })()' % SHOWS


class Script:
	"""The bare script."""

	def __init__(self, url, folder):
		self.b, self.url, self.folder = Browser(), url, folder
		target = self.b.call('Target.createTarget', url='about:blank')['targetId']
		self.s = self.b.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
		self.call('Network.enable', maxTotalBufferSize=1 << 29, maxResourceBufferSize=1 << 29)
		for domain in ('Page', 'Runtime', 'Log'):
			self.call(domain + '.enable')
		self.call('Network.setCacheDisabled', cacheDisabled=True)
		self.call('Emulation.setDeviceMetricsOverride', width=1280, height=800, deviceScaleFactor=1, mobile=False)

	def call(self, method, **params):
		return self.b.call(method, self.s, **params)

	def pause(self, seconds):
		"""What comes meanwhile is heard."""
		until = time.monotonic() + seconds
		while (left := until - time.monotonic()) > 0:
			if b'\0' in self.b.left or select.select([self.b.out], [], [], left)[0]:
				self.b.hear(self.b.message())

	def under_way(self):
		n = 0
		for e in self.b.events:
			what = e.get('method', '')
			n += what == 'Network.requestWillBeSent' and 'redirectResponse' not in e['params']
			n -= what in ('Network.loadingFinished', 'Network.loadingFailed')
		return n > 0 or not any(e.get('method') == 'Page.loadEventFired' for e in self.b.events)

	def settle(self):
		while self.under_way() or time.monotonic() - self.b.moved < QUIET:
			self.pause(0.02)

	def shows(self, script):
		return self.call('Runtime.evaluate', expression=script, returnByValue=True)['result']['value']

	def load(self):
		self.call('Page.navigate', url=self.url)
		self.settle()
		at, height, window = self.shows(SHOWS)
		while at + window + 1 < height:
			while at + window + 1 < height:
				at, height, window = self.shows(DOWN)
				self.pause(STEP)
			self.settle()
			at, height, window = self.shows(SHOWS)
		self.shows('scrollTo(0, 0)')
		self.settle()

	def picture(self, **how):
		return base64.b64decode(self.call('Page.captureScreenshot', format='png', optimizeForSpeed=True, **how)['data'])

	def whole(self):
		"""One PNG; longer ones than a texture of the browser are drawn in parts, whose rows (all of filter Up, ISO/IEC 15948 9.2) go below each other."""
		size = self.call('Page.getLayoutMetrics')['cssContentSize']
		width, height, parts = int(size['width']), int(size['height']), []
		for y in range(0, height, TILE):
			clip = {'x': 0, 'y': y, 'width': width, 'height': min(TILE, height - y), 'scale': 1}
			parts.append(self.picture(captureBeyondViewport=True, clip=clip))
		if len(parts) == 1:
			return parts[0]
		pack, packed = zlib.compressobj(1), []
		for part in parts:
			at, data = 8, b''
			while at < len(part):
				n, kind = struct.unpack('>I4s', part[at:at + 8])
				data += part[at + 8:at + 8 + n] if kind == b'IDAT' else b''
				at += 12 + n
			rows = bytearray(zlib.decompress(data))
			assert rows[0] in (0, 2)
			rows[0] = 0  # nothing is above it
			packed.append(pack.compress(rows))
		packed.append(pack.flush())
		chunk = lambda kind, body: struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
		return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) + chunk(b'IDAT', b''.join(packed)) + chunk(b'IEND', b'')

	def exchanges(self):
		"""Request, response and body of each, by its id."""
		found = {}
		for e in self.b.events:
			p = e.get('params', {})
			if e.get('method') == 'Network.requestWillBeSent':
				found[p['requestId']] = {'request': p['request'], 'time': p['wallTime']}
			elif e.get('method') == 'Network.responseReceived' and p['requestId'] in found:
				found[p['requestId']]['response'] = p['response']
			elif e.get('method') == 'Network.loadingFinished' and p['requestId'] in found:
				got = self.call('Network.getResponseBody', requestId=p['requestId'])
				found[p['requestId']]['body'] = base64.b64decode(got['body']) if got['base64Encoded'] else got['body'].encode()
		return [x for x in found.values() if 'body' in x]

	def wacz(self, all_of_it, path):
		warc, index = b'', []

		def record(kind, x, block, payload=None):
			head = 'WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: %s\r\nWARC-Target-URI: %s\r\n' % (
				kind, uuid.uuid4(), time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(x['time'])), x['request']['url'])
			if payload is not None:
				head += 'WARC-Payload-Digest: sha256:%s\r\n' % hashlib.sha256(payload).hexdigest()
			head += 'WARC-Block-Digest: sha256:%s\r\nContent-Type: application/http; msgtype=%s\r\nContent-Length: %d\r\n\r\n' % (
				hashlib.sha256(block).hexdigest(), kind, len(block))
			return head.encode() + block + b'\r\n\r\n'
		for x in all_of_it:
			lines = lambda h: ''.join('%s: %s\r\n' % kv for kv in h.items())
			head = 'HTTP/1.1 %d %s\r\n%s\r\n' % (x['response']['status'], x['response']['statusText'], lines(x['response']['headers']))
			done = record('response', x, head.encode() + x['body'], x['body'])
			index.append('%s %s %s' % (x['request']['url'], int(x['time']), json.dumps({'offset': len(warc), 'length': len(done),
				'digest': 'sha256:' + hashlib.sha256(x['body']).hexdigest(), 'url': x['request']['url'], 'filename': 'data.warc'})))
			ask = '%s %s HTTP/1.1\r\n%s\r\n' % (x['request']['method'], x['request']['url'], lines(x['request']['headers']))
			warc += done + record('request', x, ask.encode())
		files = {'archive/data.warc': warc, 'indexes/index.cdx.gz': gzip.compress('\n'.join(sorted(index)).encode()),
			'pages/pages.jsonl': b'{"format": "json-pages-1.0", "id": "pages"}\n' + json.dumps({'url': self.url}).encode()}
		package = json.dumps({'profile': 'data-package', 'wacz_version': '1.1.1', 'resources': [
			{'path': n, 'bytes': len(d), 'hash': 'sha256:' + hashlib.sha256(d).hexdigest()} for n, d in files.items()]})
		with zipfile.ZipFile(path, 'w') as z:
			for name, data in dict(files, **{'datapackage.json': package.encode()}).items():
				z.writestr(name, data)

	def take(self):
		out = {'view.png': self.picture(), 'full.png': self.whole()}
		root = self.call('DOM.getDocument', depth=0)['root']['nodeId']
		out['dom.html'] = self.call('DOM.getOuterHTML', nodeId=root)['outerHTML'].encode()
		out['page.mhtml'] = self.call('Page.captureSnapshot', format='mhtml')['data'].encode()
		out['print.pdf'] = base64.b64decode(self.call('Page.printToPDF', printBackground=True)['data'])
		all_of_it = self.exchanges()
		self.wacz(all_of_it, os.path.join(self.folder, 'traffic.wacz'))
		out['network.json'] = json.dumps([{k: x[k] for k in ('request', 'response', 'time')} for x in all_of_it]).encode()
		for name, data in out.items():
			with open(os.path.join(self.folder, name), 'wb') as f:
				f.write(data)
		self.b.close()


def cost(*argv, **how):
	"""(seconds, seconds of the processor) of a program and of all that it started."""
	spent = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
	began, before = time.monotonic(), spent()
	subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **how)
	wall = time.monotonic() - began
	try:
		while True:
			os.wait()  # orphans come here (PR_SET_CHILD_SUBREAPER)
	except ChildProcessError:
		return wall, spent() - before


def scrypt_figures(t):
	"""N, r and p as they stand in the key file (RFC 7914 section 7)."""
	for folder, _, names in os.walk(t.path('home')):
		for name in names:
			with open(os.path.join(folder, name), 'rb') as f:
				text = f.read()
			if b'ENCRYPTED PRIVATE KEY' in text:
				der = base64.b64decode(b''.join(text.splitlines()[1:-1]))
				at = der.index(bytes((0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11))) + 9  # its OID, then SEQUENCE { salt, N, r, p }
				at += 2 + 2 + der[at + 3]
				figures = []
				while len(figures) < 3:
					figures.append(int.from_bytes(der[at + 2:at + 2 + der[at + 1]], 'big'))
					at += 2 + der[at + 1]
				return tuple(figures)
	raise AssertionError('no key file')


def page(t, site, path, n):
	mine, theirs, keys, url = [], [], [], site.base + path
	opening = 'import hashlib; hashlib.scrypt(b"x", salt=b"y", n=%d, r=%d, p=%d, maxmem=1 << 30)' % scrypt_figures(t)
	for _ in range(n):
		keys.append(cost(sys.executable, '-S', '-c', opening))
		theirs.append(cost(sys.executable, '-B', os.path.abspath(__file__), '--bare', url, t.path('out'), env=t.env))
		mine.append(cost(os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'web', url, '--passphrase-file', t.pass_file, env=t.env))
	for i, what in enumerate(('time', 'processor')):
		a, b, k = (statistics.median(x[i] for x in side) for side in (mine, theirs, keys))
		print('%s, %s: capture %.2f s, bare script %.2f s, ratio %.2f; with the key open (%.2f s to open it) %.2f (bar 1.3), load %.1f' % (
			path, what, a, b, a / b, k, (a - k) / b, os.getloadavg()[0]), flush=True)


def screen(t, n):
	"""The bar is 300 ms; how busy the machine is stands beside it."""
	with Desk('1920x1080x24') as desk:
		t.env['DISPLAY'] = desk.name
		t.env.pop('WAYLAND_DISPLAY', None)
		desk.window('Spis', '150x50+40+30', 'ls -lR /usr/share | head -3000; cat')
		for what in ('windows', 'noise'):
			if what == 'noise':
				desk.noise(t.path('noise.xwd'))
			out = t.evidence('capture', 'screen', '--repeat', str(n), '--json').splitlines()
			ms, size = sorted(json.loads(line)['ms'] for line in out), json.loads(out[0])['size']
			print('screen of 1920x1080, %s (PNG of %d bytes): in the chain after %d ms (median of %d, most %d; bar 300), load %.1f' % (
				what, size, ms[len(ms) // 2], len(ms), ms[-1], os.getloadavg()[0]), flush=True)


def main():
	if sys.argv[1] == '--bare':
		script = Script(*sys.argv[2:])
		script.load()
		script.take()
		return
	ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
	n = int(sys.argv[2]) if len(sys.argv) > 2 else 5
	t, site = open_case(os.path.abspath(sys.argv[1])), Site(plain_routes())
	os.mkdir(t.path('out'))
	for path in sys.argv[3:] or ('/script', '/lazy', '/long'):
		page(t, site, path, n)
	screen(t, 4 * n + 1)


main()
