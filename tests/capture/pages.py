"""pages: pages of a test's own on loopback: what they hold is known row by row, and what was asked for is kept."""
import gzip
import http.server
import math
import struct
import threading
import time
import urllib.parse
import zlib


def picture(width, height, rgb):
	"""A PNG of one colour, after the standard."""
	return rows_picture(width, [bytes(rgb)] * height)


def rows_picture(width, colours):
	"""A PNG with a colour a row."""
	height = len(colours)
	chunk = lambda kind, body: struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
	rows = b''.join(b'\0' + rgb * width for rgb in colours)
	return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) + \
		chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')


def row_colour(i):
	return bytes((i >> 16, i >> 8 & 255, i & 255))


def html(title, body, head=''):
	return ('<!doctype html><meta charset=utf-8><title>%s</title><style>body{margin:0}</style>%s%s' % (title, head, body)).encode()


# one row of its own colour each, so that a repeated, shifted or missing tile cannot pass
LONG = html('Dugačka Š', ''.join('<img src=/rows%d.png style="display:block;width:1280px;height:1000px;image-rendering:pixelated">' % i for i in range(30)))
LAZY = html('lazy', ''.join('<div style="height:4000px"></div><img loading=lazy width=400 height=100 style="display:block" src=/lazy%d.png>' % i
	for i in range(3)))
SCRIPT = html('script', '<p id=p></p><script>document.getElementById("p").textContent = "made by " + "script"; console.error("an error of the page")</script>')
ENDLESS = html('endless', '<div id=d></div><script>const more = () => { for (let i = 0; i < 20; i++) { const e = document.createElement("p");'
	'e.style.height = "100px"; e.textContent = "x"; document.getElementById("d").append(e) } }; more(); addEventListener("scroll", () => {'
	'if (scrollY + innerHeight + 500 > document.body.scrollHeight) more() })</script>')
NEVER = html('never', '<p>never still</p><img src=/stuck.png width=10 height=10>')


PARTS = html('parts', '<script>console.error("an error of the page"); fetch("/zipped.txt"); fetch("/answer", {method: "POST", body: "post body Š"})'
	'</script><img src=/moved.png><img src=/missing.png><iframe src=/frame></iframe>')


class Site:
	"""Routes: path -> bytes (HTML) or a function that gets the handler."""

	def __init__(self, routes, wrap=None):
		site = self
		self.asked, self.headers = [], {}

		class Handler(http.server.BaseHTTPRequestHandler):
			protocol_version = 'HTTP/1.1'

			def answer(self):
				site.asked.append(self.path)
				site.headers[self.path] = dict(self.headers)
				body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
				what = site.routes.get(urllib.parse.unquote(self.path.split('?')[0]))
				if callable(what):
					what(self, body)
				elif what is None:
					self.give(b'not here', 'text/plain', 404)
				else:
					self.give(what, 'text/html; charset=utf-8')

			do_GET = do_POST = do_HEAD = answer

			def give(self, data, kind='text/html', status=200, **headers):
				self.send_response(status)
				self.send_header('Content-Type', kind)
				self.send_header('Content-Length', str(len(data)))
				for name, value in headers.items():
					self.send_header(name.replace('_', '-'), value)
				self.end_headers()
				self.wfile.write(data)

			def log_message(self, *words):
				pass

		class Server(http.server.ThreadingHTTPServer):
			daemon_threads = True

			def handle_error(self, *words):
				pass  # a browser that goes away

		self.routes = {'/favicon.ico': lambda h, b: h.give(picture(16, 16, (1, 2, 3)), 'image/png')}
		self.routes.update(routes)
		self.server = Server(('127.0.0.1', 0), Handler)
		self.port = self.server.server_address[1]
		if wrap:
			self.server.socket = wrap(self.server.socket)
		self.base = '%s://%s:%d' % ('https' if wrap else 'http', 'localhost' if wrap else '127.0.0.1', self.port)
		threading.Thread(target=self.server.serve_forever, daemon=True).start()

	def close(self):
		self.server.shutdown()


def tone(seconds):
	"""Sound as WAVE (RIFF, 16 bits, one channel). Two seconds are less than the 32 KiB which Chromium takes at a time: of more it leaves
	the last ones unread where they come slowly, which is then a finding, and right."""
	data = b''.join(struct.pack('<h', int(8000 * math.sin(i / 20))) for i in range(8000 * seconds))
	return b'RIFF' + struct.pack('<I', 36 + len(data)) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 1, 8000, 16000, 2, 16) + b'data' + struct.pack('<I', len(data)) + data


def stuck_behind(data, kind):
	"""Sends some, says that it goes on, and says no more."""
	def answer(handler, body):
		handler.send_response(200)
		handler.send_header('Content-Type', kind)
		handler.send_header('Content-Length', '100000')
		handler.end_headers()
		handler.wfile.write(data)
		handler.wfile.flush()
		time.sleep(60)
	return answer


stuck = stuck_behind(b'\x89PNG', 'image/png')
BEGUN = tone(2)[:1000]


def to(path):
	return lambda handler, body: handler.give(b'', status=302, Location=path)


def plain_routes():
	routes = {'/long': LONG, '/lazy': LAZY, '/script': SCRIPT, '/endless': ENDLESS, '/never': NEVER, '/stuck.png': stuck, '/part': html('part', '<audio controls preload=auto src=/begun.wav></audio>'), '/begun.wav': stuck_behind(BEGUN, 'audio/wav'),
		'/old': to('/older'), '/older': to('/script'), '/кућа Š': html('кућа', 'x')}
	routes['/parts'], routes['/frame'], routes['/moved.png'] = PARTS, html('frame', 'a frame'), to('/lazy0.png')
	routes['/zipped.txt'] = lambda h, b: h.give(gzip.compress(b'packed text ' * 1000), 'text/plain', Content_Encoding='gzip')
	routes['/answer'] = lambda h, b: h.give(b'got=' + b, 'text/plain')
	for i in range(30):
		routes['/rows%d.png' % i] = lambda h, b, i=i: h.give(rows_picture(1, [row_colour(1000 * i + k) for k in range(1000)]), 'image/png')
	for i in range(3):
		routes['/lazy%d.png' % i] = lambda h, b, i=i: h.give(picture(400, 100, (200, 10 * i, 30)), 'image/png')
	return routes
