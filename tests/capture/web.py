"""web.py PROGRAMS: `evidence capture web` with the machine's Chromium against pages on loopback. What a page shows is known
row by row; pictures are decoded by zlib, the rest is held against what the server sent."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pages
from desk import Cli, check, png
from pages import Site, row_colour


def records(t, seq):
	with open('%s/custody/%08d/records.jsonl' % (t.case, seq), encoding='utf-8') as f:
		return [json.loads(line) for line in f]


def last(t):
	return len(os.listdir(t.case + '/custody'))


class Page:
	"""The entry of one page: its items by part, its findings."""

	def __init__(self, t, seq):
		entry = json.load(open('%s/custody/%08d/entry.json' % (t.case, seq)))
		check(entry['action'] == 'capture' and entry['details']['observed'] == 'tool', 'observed by the tool')
		lines = records(t, seq)
		content = {r['id']: r for r in lines if r['kind'] == 'content'}
		self.facts = {r['capture']['part']: r['capture'] for r in lines if r['kind'] == 'origin'}
		self.path = {r['capture']['part']: t.case + '/' + content[r['item']]['path'] for r in lines if r['kind'] == 'origin'}
		self.found = [r['code'] for r in lines if r['kind'] == 'observation']

	def read(self, part):
		with open(self.path[part], 'rb') as f:
			return f.read()


PARTS = {'view', 'full', 'dom', 'page', 'print'}


def capture(t, *words, **how):
	t.evidence('capture', 'web', *words, **how)
	page = Page(t, last(t))
	check(PARTS <= set(page.path), 'the set of items: %s' % sorted(page.path))
	return page


def long_page(t, site):
	page = capture(t, site.base + '/long')
	width, height, rows = png(page.path['full'])
	check((width, height) == (1280, 30000), 'size %d x %d' % (width, height))
	for i, row in enumerate(rows):
		check(row == row_colour(i) * width, 'row %d of the long page' % i)
	width, height, rows = png(page.path['view'])
	check((width, height) == (1280, 800) and all(row == row_colour(i) * width for i, row in enumerate(rows)), 'viewport')
	facts = page.facts['full']
	check(facts['title'] == 'Dugačka Š' and facts['pageHeight'] == 30000 and facts['cut'] is False, 'facts: %s' % facts)
	check(facts['browser']['profile'] == 'fresh' and facts['browser']['sandbox'] == (os.geteuid() != 0), 'browser')
	check(facts['browser']['userAgent'] == site.headers['/long']['User-Agent'], 'user agent')
	check(site.asked.count('/long') == 1, 'one load, not %d' % site.asked.count('/long'))
	check(page.found == [], 'findings: %s' % page.found)


def lazy(t, site):
	page = capture(t, site.base + '/lazy', '--viewport', '1000x600')
	check(all('/lazy%d.png' % i in site.asked for i in range(3)), 'lazy pictures were asked for')
	width, height, rows = png(page.path['full'])
	check((width, height) == (1000, 12300), 'size %d x %d' % (width, height))
	for i in range(3):
		y = 4000 * (i + 1) + 100 * i
		check(all(rows[k][:1200] == bytes((200, 10 * i, 30)) * 400 for k in range(y, y + 100)), 'lazy picture %d' % i)


def script(t, site):
	page = capture(t, site.base + '/old')
	check(page.facts['dom']['finalUrl'] == site.base + '/script' and page.facts['dom']['url'] == site.base + '/old', 'redirects')
	check(b'<p id="p">made by script</p>' in page.read('dom') and page.read('dom').lower().startswith(b'<!doctype html>'), 'DOM')
	check(b'made by script' in page.read('page') and b'multipart/related' in page.read('page'), 'MHTML')
	check(page.read('print').startswith(b'%PDF-') and b'%%EOF' in page.read('print')[-16:], 'PDF')


def names(t, site):
	page = capture(t, site.base + '/кућа Š')
	check(page.facts['dom']['url'] == site.base + '/кућа Š' and page.facts['dom']['title'] == 'кућа', 'name beyond ASCII')
	check(page.facts['dom']['finalUrl'].endswith('/%D0%BA%D1%83%D1%9B%D0%B0%20%C5%A0'), page.facts['dom']['finalUrl'])


def limits(t, site):
	page = capture(t, site.base + '/never', '--timeout', '3', expect=1)
	check(page.found == ['web-still-loading'] and b'never still' in page.read('dom'), 'never still: %s' % page.found)
	page = capture(t, site.base + '/endless', '--max-height', '9000', expect=1)
	check(page.found == ['web-cut'] and page.facts['full']['cut'] is True and png(page.path['full'])[1] == 9000, 'endless: %s' % page.found)


def refusals(t, site):
	before = last(t)
	for words in (('file:///etc/passwd',), (), ('ftp://127.0.0.1/',), ('http://127.0.0.1/', '--viewport', '1x1')):
		t.evidence('capture', 'web', *words, expect=64)
	t.evidence('capture', 'web', site.base + '/script', '--browser', '/nonexistent', expect=69)
	check(last(t) == before, 'nothing was taken')
	gone = Site({})
	gone.server.server_close()
	page = capture(t, gone.base + '/', expect=1)
	check(page.found == ['web-error-page'] and page.facts['dom']['loadError'] == 'net::ERR_CONNECTION_REFUSED', 'refused: %s' % page.facts['dom'])


def browsers():
	"""Processes of the browsers that evidence-capture started, by their profile."""
	found = []
	for path in glob.glob('/proc/[0-9]*/cmdline'):
		try:
			with open(path, 'rb') as f:
				if b'evidence-capture-' in f.read():
					found.append(int(path.split('/')[2]))
		except OSError:
			pass
	return found


def listening(pids):
	"""TCP ports that these processes listen on."""
	inodes = set()
	for kind in ('tcp', 'tcp6'):
		with open('/proc/net/' + kind) as f:
			inodes |= {'socket:[%s]' % line.split()[9] for line in f if line.split()[3] == '0A'}
	held = set()
	for pid in pids:
		for link in glob.glob('/proc/%d/fd/*' % pid):
			try:
				held.add(os.readlink(link))
			except OSError:
				pass
	return held & inodes


def start(t, *words):
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'web', *words, '--passphrase-file', t.pass_file],
		env=t.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	return p


def under_way(site, path, n):
	for _ in range(300):
		if site.asked.count(path) > n:
			return
		time.sleep(0.1)
	check(False, 'the page was not asked for')


def cut_short(t, site):
	"""The browser killed, the capture killed, Ctrl-C: what was complete stays, the case checks, no browser or profile is left."""
	for how in ('browser', 'capture', 'interrupt'):
		before, asked = last(t), site.asked.count('/stuck.png')
		p = start(t, site.base + '/script', site.base + '/never', '--timeout', '30')
		under_way(site, '/stuck.png', asked)
		time.sleep(0.5)
		mine = browsers()
		check(mine and not listening(mine), 'a browser is there and listens on nothing')
		if how == 'interrupt':
			p.send_signal(signal.SIGINT)
		elif how == 'browser':
			os.kill(min(mine), signal.SIGKILL)
		else:
			pids = subprocess.run(['pgrep', '-P', str(p.pid)], capture_output=True, text=True).stdout.split()
			os.kill(int(pids[0]), signal.SIGKILL)
		out, err = p.communicate(timeout=60)
		check(p.returncode != 0 and len(err.splitlines()) >= 1, '%s: exit %d\n%s' % (how, p.returncode, err))
		check(last(t) == before + 1 and PARTS <= set(Page(t, before + 1).path), '%s: the first page is in, the second is not' % how)
		t.evidence('check')
		for _ in range(50):
			if not browsers():
				break
			time.sleep(0.1)
		check(not browsers(), '%s: a browser is left' % how)
	left = glob.glob(os.environ.get('XDG_RUNTIME_DIR', '/tmp') + '/evidence-capture-*')
	check(len(left) <= 1, 'profiles are left: %s' % left)  # of the capture that was killed
	for path in left:
		shutil.rmtree(path)


def main():
	t, site = Cli(sys.argv[1]), Site(pages.plain_routes())
	t.env['XDG_RUNTIME_DIR'] = os.environ['XDG_RUNTIME_DIR'] = t.path('run')
	os.mkdir(t.path('run'), 0o700)
	t.identity()
	t.run('evidence', 'open', '--number', 'K 1', '--title', 'pages', t.case, '--passphrase-file', t.pass_file)
	for step in (long_page, lazy, script, names, limits, refusals, cut_short):
		began = time.time()
		step(t, site)
		print('%s: %.1f s' % (step.__name__, time.time() - began), flush=True)
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
