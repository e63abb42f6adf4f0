"""desk: a screen of its own for a test (Xvfb), windows on it, and pictures of it that are not ours (xwd)."""
import hashlib
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from itertools import accumulate

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
from cli import Cli, check, fail  # noqa: E402


class Desk:
	def __init__(self, size='800x600x24'):
		read, write = os.pipe()
		self.server = subprocess.Popen(['Xvfb', '-displayfd', str(write), '-screen', '0', size, '-nolisten', 'tcp', '-noreset'],
			pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		os.close(write)
		with os.fdopen(read) as f:
			self.name = ':' + f.readline().strip()
		self.env = dict(os.environ, DISPLAY=self.name, LC_ALL='C.UTF-8')
		self.env.pop('WAYLAND_DISPLAY', None)
		self.started = []
		# a pattern with no two rows alike, so that a shifted or swapped picture cannot pass
		self.run('xsetroot', '-mod', '5', '7', '-fg', '#c04060', '-bg', '#103020')

	def run(self, *argv):
		return subprocess.run(argv, env=self.env, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

	def start(self, *argv, **how):
		p = subprocess.Popen(argv, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
		self.started.append(p)
		return p

	def window(self, title, geometry='60x12+40+30', script='cat'):
		mark = 'window%d' % len(self.started)
		p = self.start('xterm', '-name', mark, '-fn', 'fixed', '-uc', '-T', title, '-geometry', geometry, '+sb', '-e', 'sh', '-c', script)
		self.wait_for(mark)
		return p

	def wait_for(self, title):
		for _ in range(100):
			if title in self.run('xwininfo', '-root', '-tree').decode('utf-8', 'replace'):
				time.sleep(0.4)
				return
			time.sleep(0.1)
		fail('no window ' + title)

	def xwd_words(self, *what):
		"""An independent picture: rows of the server's own pixels (XWDFile.h, the header's 25 words)."""
		data = self.run('xwd', '-silent', *what)
		head = struct.unpack('>25I', data[:100])
		size, width, height, order, bits, stride, colours = head[0], head[4], head[5], head[7], head[11], head[12], head[19]
		check(bits in (16, 32) and order == 0, 'an xwd this test does not know')
		at = size + colours * 12
		return [struct.unpack_from('<%d%s' % (width, 'H' if bits == 16 else 'I'), data, at + y * stride) for y in range(height)]

	def xwd(self, *what):
		"""The same as (width, height, rows of bytes r g b), of a screen with 0x00RRGGBB."""
		rows = []
		for words in self.xwd_words(*what):
			row, rgb = struct.pack('<%dI' % len(words), *words), bytearray(len(words) * 3)
			rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
			rows.append(bytes(rgb))
		return len(rows[0]) // 3, len(rows), rows

	def noise(self, path):
		"""The whole screen noise, shown by xwud."""
		shot = self.run('xwd', '-silent', '-root')
		size, width, height, stride, colours = (struct.unpack_from('>I', shot, 4 * i)[0] for i in (0, 4, 5, 12, 19))
		with open(path, 'wb') as f:
			f.write(shot[:size + colours * 12] + os.urandom(stride * height))
		self.start('xwud', '-in', path, '-geometry', '+0+0')
		self.wait_for('xwud')
		self.still()

	def still(self):
		"""The screen once nothing on it moves any more."""
		before = None
		for _ in range(40):
			now = self.xwd('-root')
			if now == before:
				return now
			before = now
			time.sleep(0.7)
		fail('the screen does not come to rest')

	def __enter__(self):
		return self

	def __exit__(self, *why):
		self.close()

	def close(self):
		for p in self.started:
			p.kill()
			p.wait()
		self.server.terminate()
		self.server.wait()


def paeth(a, b, c):
	p = a + b - c
	return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def unfilter(kind, line, above, step):
	"""A row of a filter (ISO/IEC 15948 9.2), `step` bytes a pixel."""
	if kind == 1:
		row = bytearray(line)
		for c in range(step):
			row[c::step] = bytes(accumulate(line[c::step], lambda a, b: (a + b) & 255))
		return row
	if kind in (0, 2):
		return bytes((a + b) & 255 for a, b in zip(line, above)) if kind else line
	check(kind in (3, 4), 'a filter the standard does not know')
	row, up = bytearray(step) + line, bytes(step) + above
	for i in range(step, len(row)):
		a, b, c = row[i - step], up[i], up[i - step]
		row[i] = (row[i] + ((a + b) // 2 if kind == 3 else paeth(a, b, c))) & 255
	return row[step:]


def opaque(row):
	"""A row of 4 bytes a pixel over black; each pixel is there or it is not."""
	check(set(row[3::4]) <= {0, 255}, 'half a pixel')
	rgb = bytearray(len(row) // 4 * 3)
	for c in range(3):
		rgb[c::3] = bytes(a & b for a, b in zip(row[c::4], row[3::4]))
	return bytes(rgb)


def png(path):
	"""A PNG of 8 bits RGB or RGBA, decoded after the standard (ISO/IEC 15948) with zlib alone: width, height, rows."""
	data = open(path, 'rb').read()
	check(data[:8] == b'\x89PNG\r\n\x1a\n', 'no PNG')
	at, packed = 8, b''
	while at < len(data):
		n, kind = struct.unpack('>I4s', data[at:at + 8])
		body = data[at + 8:at + 8 + n]
		check(struct.unpack('>I', data[at + 8 + n:at + 12 + n])[0] == zlib.crc32(kind + body), 'CRC of a chunk')
		if kind == b'IHDR':
			width, height, depth, colour = struct.unpack('>IIBB', body[:10])
			check((depth, body[12]) == (8, 0) and colour in (2, 6), 'not 8 bits RGB or RGBA')
		packed += body if kind == b'IDAT' else b''
		at += 12 + n
	step = 3 if colour == 2 else 4
	raw, stride, rows, above = zlib.decompress(packed), width * step, [], bytes(width * step)
	for y in range(height):
		above = bytes(unfilter(raw[y * (stride + 1)], raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)], above, step))
		rows.append(above if step == 3 else opaque(above))
	return width, height, rows


def part(picture, x, y, width, height):
	return width, height, [row[x * 3:(x + width) * 3] for row in picture[2][y:y + height]]


def records(t, seq):
	with open('%s/custody/%08d/records.jsonl' % (t.case, seq), encoding='utf-8') as f:
		return [json.loads(line) for line in f]


def last(t):
	return len(os.listdir(t.case + '/custody'))


def capture(t, *words, **how):
	"""Captures; gives the path of the last item and its `capture` facts, both checked against each other."""
	t.evidence('capture', *words, **how)
	lines = records(t, last(t))
	content = [r for r in lines if r['kind'] == 'content'][-1]
	origin = [r for r in lines if r['kind'] == 'origin'][-1]
	path = t.case + '/' + content['path']
	check(hashlib.sha256(open(path, 'rb').read()).hexdigest() == content['sha256'], 'digest of the item')
	check(origin['item'] == content['id'], 'origin of the item')
	entry = json.load(open('%s/custody/%08d/entry.json' % (t.case, last(t))))
	check(entry['action'] == 'capture' and entry['details']['observed'] == 'tool', 'observed by the tool')
	return path, origin['capture']


def same(ours, theirs, what):
	check(ours[:2] == theirs[:2], '%s: %dx%d, the other has %dx%d' % ((what,) + ours[:2] + theirs[:2]))
	for y, (a, b) in enumerate(zip(ours[2], theirs[2])):
		check(a == b, '%s: row %d differs from the other' % (what, y))
