#!/usr/bin/env python3
"""online.py PROGRAMS: `evidence timestamp request --qr`, read back by rsvg-convert and zbarimg, and `evidence timestamp online` against an
authority on the loopback (`openssl ts`), and against what is none: other answers, other types, errors, no end, no answer."""
import base64
import http.server
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import timestamp
from cli import Cli, check, sha256

REPLY = 'application/timestamp-reply'


def tool(*words):
	done = subprocess.run(words, capture_output=True)
	check(done.returncode == 0, '%s: %s' % (' '.join(words), done.stderr.decode()))
	return done.stdout


def scan(picture):
	return base64.b64decode(tool('zbarimg', '--quiet', '--raw', picture).decode().strip(), validate=True)


def qr(cli):
	svg = cli.path('q.svg')
	cli.evidence('timestamp', 'request', '--entry', '2', '--out', cli.path('q.tsq'), '--qr', svg)
	tool('rsvg-convert', '--width', '900', '--output', cli.path('q.png'), svg)
	want = open(cli.path('q.tsq'), 'rb').read()
	check(scan(cli.path('q.png')) == want, 'the code for paper')
	text = open(svg, encoding='utf-8').read()
	check(sha256(cli.path('case', 'custody', '00000002', 'entry.p7s')) in text, 'the digest stands beside it')
	lines = [line.split('>')[1].split('<')[0] for line in text.splitlines() if line.startswith('<text')]
	check(base64.b64decode(''.join(lines[3:]), validate=True) == want, 'and the request, to be typed')
	for line in lines[3:]:
		text = text.replace(line, '')
	check('evidence' not in text and 'K 1' not in text and 'Time' not in text, 'nothing else of the case')
	cli.evidence('timestamp', 'request', '--entry', '2', '--out', cli.path('q2.tsq'), '--qr', svg, expect=73)
	shown = cli.evidence('timestamp', 'request', '--entry', '2', '--out', cli.path('q3.tsq'), '--qr', '-', '--quiet').splitlines()
	# as a terminal shows it, light on dark: two rows of modules a line
	cell = {'\u2588': '00', '\u2580': '01', '\u2584': '10', ' ': '11'}
	rows = [''.join(cell[c][half] for c in line) for line in shown for half in (0, 1)]
	big = '\n'.join(' '.join(b for b in row for _ in range(8)) for row in rows for _ in range(8))
	pbm = cli.write('q3.pbm', ('P1\n%d %d\n%s\n' % (8 * len(rows[0]), 8 * len(rows), big)).encode())
	check(scan(pbm) == open(cli.path('q3.tsq'), 'rb').read(), 'the code on a terminal')


class Server:
	"""Answers each POST with what `how` says; keeps what was asked."""

	def __init__(self, cli, authority):
		self.cli, self.a, self.asked, self.how = cli, authority, [], 'right'
		server = self

		class Handler(http.server.BaseHTTPRequestHandler):
			def log_message(self, *words):
				pass

			def do_POST(self):
				body = self.rfile.read(int(self.headers['Content-Length']))
				server.asked.append((self.path, dict(self.headers), body))
				try:
					getattr(server, 'answer_' + server.how)(self, body)
				except (BrokenPipeError, ConnectionResetError):
					pass
		self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
		self.http.daemon_threads = True
		self.url = 'http://127.0.0.1:%d/tsa' % self.http.server_address[1]
		self.end = threading.Event()
		threading.Thread(target=self.http.serve_forever, daemon=True).start()

	def send(self, h, body, status=200, kind=REPLY, length=True, **headers):
		h.send_response(status)
		if kind:
			h.send_header('Content-Type', kind)
		if length:
			h.send_header('Content-Length', str(len(body)))
		for name, value in headers.items():
			h.send_header(name, value)
		h.end_headers()
		h.wfile.write(body)

	def reply(self, body, *more):
		q = self.cli.write('asked.tsq', body)
		return open(self.a.answer(q, self.cli.path('answered.tsr'), 'tsa', *more), 'rb').read()

	def answer_right(self, h, body):
		self.send(h, self.reply(body))

	def answer_parameters(self, h, body):
		self.send(h, self.reply(body), kind='Application/Timestamp-Reply; charset=binary')

	def answer_type(self, h, body):
		self.send(h, self.reply(body), kind='text/html')

	def answer_longer_type(self, h, body):
		self.send(h, self.reply(body), kind=REPLY + 'x')

	def answer_no_type(self, h, body):
		self.send(h, self.reply(body), kind=None)

	def answer_error(self, h, body):
		self.send(h, self.reply(body), status=500)

	def answer_elsewhere(self, h, body):
		self.send(h, b'', status=302, Location=self.url)

	def answer_nonce(self, h, body):
		other = self.cli.path('other-nonce.tsq')
		tool('openssl', 'ts', '-query', '-digest', body[body.index(b'\x04\x20') + 2:][:32].hex(), '-sha256', '-cert', '-out', other)
		self.send(h, self.reply(open(other, 'rb').read()))

	def answer_endless(self, h, body):
		self.send(h, b'', length=False)
		while not self.end.is_set():
			h.wfile.write(b'x' * 65536)

	def answer_long(self, h, body):
		self.send(h, bytes((1 << 20) + 1))

	def answer_empty(self, h, body):
		self.send(h, b'')

	def answer_garbage(self, h, body):
		self.send(h, b'\x30\x03\x02\x01\x02')

	def answer_short(self, h, body):
		whole = self.reply(body)
		h.send_response(200)
		h.send_header('Content-Type', REPLY)
		h.send_header('Content-Length', str(len(whole)))
		h.end_headers()
		h.wfile.write(whole[:100])

	def answer_silence(self, h, body):
		self.end.wait()

	def answer_trickle(self, h, body):
		self.send(h, b'', length=False)
		while not self.end.wait(0.2):
			h.wfile.write(b'x')
			h.wfile.flush()


def https(cli, s):
	"""The same authority behind TLS with a certificate of its own making; its address."""
	tool('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', cli.path('tls.key'), '-out', cli.path('tls.pem'),
		'-days', '3650', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1')
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain(cli.path('tls.pem'), cli.path('tls.key'))
	server = http.server.HTTPServer(('127.0.0.1', 0), s.http.RequestHandlerClass)
	server.handle_error = lambda *words: None
	server.socket = context.wrap_socket(server.socket, server_side=True)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	return 'https://127.0.0.1:%d/tsa' % server.server_address[1]


def online(cli, a, s):
	entries = len(os.listdir(cli.path('case', 'custody')))
	ask = ('timestamp', 'online', '--entry', '2', '--trust', a.ca)
	for how in ('right', 'parameters'):
		s.how = how
		check('Attached' in cli.evidence(*ask, s.url), 'attached')
		entries += 1
		check(os.path.exists(cli.path('case', 'custody', '%08d' % entries, 'token.tst')), 'an entry with the token')
	path, headers, body = s.asked[0]
	check(path == '/tsa' and headers['Content-Type'] == 'application/timestamp-query' and len(body) < 100, 'what was sent: %r' % headers)
	check(not set(headers) & {'User-Agent', 'Cookie', 'Authorization', 'Referer', 'Expect'}, 'and nothing about this computer: %r' % headers)
	for how, code, words in (('type', 65, 'text/html'), ('longer_type', 65, 'no time-stamp reply'), ('no_type', 65, 'of no type'), ('error', 69, 'HTTP 500'), ('elsewhere', 69, 'HTTP 302'),
			('nonce', 65, 'nonce'), ('endless', 65, 'longer than 1 MiB'), ('long', 65, 'longer than 1 MiB'), ('empty', 65, ''), ('garbage', 65, ''), ('short', 69, 'cannot be asked')):
		s.how = how
		said = cli.evidence(*ask, s.url, expect=code)
		check(words in said, '%s: %s' % (how, said))
	for how in ('silence', 'trickle'):
		s.how, began = how, time.monotonic()
		said = cli.evidence(*ask, '--timeout', '1', s.url, expect=69)
		check('did not answer in time' in said and time.monotonic() - began >= 1, '%s: %s' % (how, said))
	s.how = 'right'
	check('cannot be asked' in cli.evidence(*ask, https(cli, s), expect=69), 'https with a certificate that nobody vouches for')
	with socket.socket() as closed: # bound and not listening: nobody else gets the port
		closed.bind(('127.0.0.1', 0))
		check('cannot be asked' in cli.evidence(*ask, 'http://127.0.0.1:%d/' % closed.getsockname()[1], expect=69), 'nobody there')
	n = len(s.asked)
	for words, code in (((s.url, '--timeout', '0'), 64), ((s.url, '--timeout', '1x'), 64), (('file://' + a.ca,), 64), (('ftp://127.0.0.1/x',), 64), (('-',), 64), ((), 64),
			((s.url, '--out', 'x.asice'), 64)):
		cli.evidence(*ask, *words, expect=code)
	cli.evidence('timestamp', 'online', '--entry', '99', '--trust', a.ca, s.url, expect=66)
	cli.run('evidence', '-C', cli.case, *ask, s.url, '--passphrase-file', cli.write('wrong.txt', b'not this one\n'), expect=77)
	check(len(s.asked) == n, 'nobody is asked for what could not be signed')
	cli.env.update(http_proxy='http://127.0.0.1:9/', ALL_PROXY='http://127.0.0.1:9/', HOME=cli.dir)
	cli.write('.netrc', b'machine 127.0.0.1 login me password secret\n')
	cli.evidence(*ask, s.url)
	entries += 1
	check(len(s.asked) == n + 1 and 'Authorization' not in s.asked[-1][1], 'the environment is not read')
	check(len(os.listdir(cli.path('case', 'custody'))) == entries, 'what was refused left an entry')


def sealed(cli, a, s):
	plain, t, lta = (cli.path(n + '.asice') for n in ('plain', 't', 'lta'))
	cli.evidence('seal', plain)
	before = sha256(plain)
	cli.evidence('timestamp', 'online', '--bundle', plain, '--out', t, '--trust', a.ca, s.url)
	cli.evidence('timestamp', 'online', '--archive', t, '--out', lta, '--trust', a.ca, s.url)
	check(sha256(plain) == before, 'the bundle given is not touched')
	report = cli.verdict('--pin', cli.me, '--trust', a.ca, '--require-time', lta)
	places = [k['where'] for k in report['time']['tokens'] if k['accepted']]
	check(places[:2] == ['META-INF/timestamp001.tst', 'META-INF/signature001.p7s'], 'T and LTA: %r' % places)
	s.how = 'nonce'
	cli.evidence('timestamp', 'online', '--bundle', plain, '--out', cli.path('x.asice'), '--trust', a.ca, s.url, expect=65)
	check(not os.path.exists(cli.path('x.asice')), 'nothing is left of what is refused')
	n = len(s.asked)
	for where, code in ((cli.path('plain.asice'), 73), (cli.path('case', 'x.asice'), 64), (cli.path('nowhere', 'x.asice'), 66)):
		cli.evidence('timestamp', 'online', '--bundle', cli.path('plain.asice'), '--trust', a.ca, '--out', where, s.url, expect=code)
	check(len(s.asked) == n, 'nobody is asked for what could not be put there')


def main():
	cli = Cli(sys.argv[1])
	cli.me = cli.identity()
	a = timestamp.Authority(cli, 'one')
	timestamp.open_case(cli)
	qr(cli)
	if not os.path.exists(os.path.join(sys.argv[1], 'evidence-online')):
		cli.evidence('timestamp', 'online', '--entry', '2', 'http://127.0.0.1/', expect=64)
		print('QR; a build without network')
		return
	s = Server(cli, a)
	online(cli, a, s)
	sealed(cli, a, s)
	s.end.set()
	print('QR and online: %d requests' % len(s.asked))


main()
