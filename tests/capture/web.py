"""web.py PROGRAMS: `evidence capture web` with the machine's Chromium against pages on loopback. What a page shows is known
row by row; pictures are decoded by zlib, the rest is held against what the server sent."""
import fcntl
import glob
import gzip
import importlib.util
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

import pages
from desk import check, png
from entries import PARTS, Page, capture, last, open_case
from pages import Site, row_colour


# The readers of others, warcio and wacz from PyPI, in an environment of their own
VENV = os.environ.get('EVD_WARC_VENV')
if VENV and not sys.prefix.startswith(os.path.realpath(VENV)):
	os.execv(VENV + '/bin/python', [VENV + '/bin/python', '-B'] + sys.argv)


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


def archive(page):
	"""The records of a WACZ's WARC, read by warcio: url -> (status, body); and what warcio and wacz say of the files."""
	from warcio.archiveiterator import ArchiveIterator
	with tempfile.TemporaryDirectory() as d:
		wacz, warc = d + '/page.wacz', d + '/data.warc'
		shutil.copy(page.path['traffic'], wacz)
		with zipfile.ZipFile(wacz) as z:
			check(z.testzip() is None, 'the ZIP')
			with open(warc, 'wb') as f:
				f.write(z.read('archive/data.warc'))
			index = gzip.decompress(z.read('indexes/index.cdx.gz')).decode().splitlines()
		for words in ([sys.executable, '-m', 'warcio.cli', 'check', '-v', warc], [os.path.join(os.path.dirname(sys.executable), 'wacz'), 'validate', '-f', wacz]):
			done = subprocess.run(words, capture_output=True, text=True)
			said = done.stdout + done.stderr
			check(done.returncode == 0 and 'fail' not in said and 'not match' not in said, '%s: %s' % (words, said))
			check('digest pass' in said or 'Valid' in said or 'alid' in said, '%s: %s' % (words, said))
		found, requests = {}, {}
		with open(warc, 'rb') as f:
			for record in ArchiveIterator(f):
				url = record.rec_headers.get_header('WARC-Target-URI')
				if record.rec_type == 'response':
					found[url] = (record.http_headers.get_statuscode(), record.content_stream().read(), record.http_headers)
				elif record.rec_type == 'request':
					requests[url] = record.http_headers
		# every line of the index leads to its response
		check(index == sorted(index) and len(index) == len(found), 'index: %s' % index)
		with open(warc, 'rb') as f:
			for line in index:
				facts = json.loads(line.split(' ', 2)[2])
				f.seek(int(facts['offset']))
				record = next(iter(ArchiveIterator(io.BytesIO(f.read(int(facts['length']))))))
				check(record.rec_headers.get_header('WARC-Target-URI') == facts['url'], 'index: %s' % line)
		return found, requests


def traffic(t, site):
	if not VENV and not (importlib.util.find_spec('warcio') and importlib.util.find_spec('wacz')):
		print('traffic: NOT tried, no warcio and wacz (pip; EVD_WARC_VENV names a place of them)')
		return
	page = capture(t, site.base + '/parts', expect=1)
	found, requests = archive(page)
	at = lambda path: found[site.base + path]
	check(at('/parts')[:2] == ('200', pages.PARTS), 'the document')
	check(at('/zipped.txt')[:2] == ('200', b'packed text ' * 1000), 'a body that came packed')
	check(at('/zipped.txt')[2].get_header('X-Archive-Orig-Content-Encoding') == 'gzip', 'its coding')
	check(at('/moved.png')[0] == '302' and at('/moved.png')[2].get_header('Location') == '/lazy0.png', 'a redirect')
	check(at('/lazy0.png')[1] == pages.picture(400, 100, (200, 0, 30)), 'a picture')
	check(at('/frame')[1] == pages.html('frame', 'a frame'), 'a frame')
	check(at('/missing.png')[0] == '404' and at('/missing.png')[1] == b'not here', 'what is missing')
	check(at('/answer')[1] == b'got=post body \xc5\xa0', 'an answer to a POST')
	check(requests[site.base + '/parts'].get_header('User-Agent') == site.headers['/parts']['User-Agent'], 'the request')
	report = json.loads(page.read('network'))
	by_url = {r['url']: r for r in report['resources']}
	me = by_url[site.base + '/parts']
	check(me['address'] == '127.0.0.1' and me['port'] == site.port and me['httpDate'].endswith('GMT'), 'address: %s' % me)
	check(by_url[site.base + '/missing.png']['status'] == 404, 'outcome of each')
	check('an error of the page' in report['consoleErrors'], 'console: %s' % report['consoleErrors'])
	check(page.found == ['web-resource-missing'], 'findings: %s' % page.found)


def names(t, site):
	page = capture(t, site.base + '/кућа Š')
	check(page.facts['dom']['url'] == site.base + '/кућа Š' and page.facts['dom']['title'] == 'кућа', 'name beyond ASCII')
	check(page.facts['dom']['finalUrl'].endswith('/%D0%BA%D1%83%D1%9B%D0%B0%20%C5%A0'), page.facts['dom']['finalUrl'])


def limits(t, site):
	page = capture(t, site.base + '/never', '--timeout', '3', expect=1)
	check(page.found == ['web-still-loading', 'web-resource-missing'] and b'never still' in page.read('dom'), 'never still: %s' % page.found)
	stuck, begun = site.base + '/stuck.png', site.base + '/begun.wav'
	check(stuck not in page.bodies() and stuck not in page.indexed(), 'what is still coming is not passed off as whole')  # an image is not handed over in part
	page = capture(t, site.base + '/part', '--timeout', '3', expect=1)
	told = [r for r in json.loads(page.read('network'))['resources'] if r['url'] == begun][0]
	check(page.bodies('time') == {begun: pages.BEGUN} and (told['body'], told['bodyLength']) == ('part', len(pages.BEGUN)), 'what came of it: %s' % told)
	check(begun not in page.bodies() and begun not in page.indexed(), 'a part is not passed off as whole')
	page = capture(t, site.base + '/endless', '--max-height', '9000', expect=1)
	check(page.found == ['web-cut'] and page.facts['full']['cut'] is True and png(page.path['full'])[1] == 9000, 'endless: %s' % page.found)


def refusals(t, site):
	before = last(t)
	for words in (('file:///etc/passwd',), (), ('ftp://127.0.0.1/',), ('http://127.0.0.1/', '--viewport', '1x1')):
		t.evidence('capture', 'web', *words, expect=64)
	t.evidence('capture', 'web', site.base + '/script', '--browser', '/nonexistent', expect=69)
	t.evidence('capture', 'web', *('http://127.0.0.1:1/%d' % i for i in range(1001)), expect=65)
	check(last(t) == before, 'nothing was taken')
	gone = Site({})
	gone.server.server_close()
	page = capture(t, gone.base + '/', expect=1)
	check(page.found == ['web-error-page', 'web-resource-missing'] and page.facts['dom']['loadError'] == 'net::ERR_CONNECTION_REFUSED', 'refused: %s %s' % (page.found, page.words))


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


def traces(t):
	"""What browsers left: profiles, folders of their sockets, reports of crashes."""
	return glob.glob(t.path('run', 'evidence-capture-*')) + glob.glob(t.path('tmp', '*')) + glob.glob(t.path('person', '.config', 'chromium'))


def cut_short(t, site):
	"""The capture killed, the browser killed, Ctrl-C: what was complete stays, the case checks, no browser is left, and nothing of one: what the
	killed capture could not remove goes with the next. Another that is under way is left alone."""
	other = t.path('run', 'evidence-capture-abcdef')
	os.mkdir(other, 0o700)
	held = os.open(other, os.O_RDONLY)
	fcntl.flock(held, fcntl.LOCK_EX)
	for how in ('capture', 'browser', 'interrupt'):
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
		left = [f for f in traces(t) if f != other]
		check(len(left) <= (how == 'capture'), '%s: left: %s' % (how, left))
	check(os.path.isdir(other), 'the profile of another capture was removed')
	os.close(held)
	capture(t, site.base + '/script')
	check(traces(t) == [], 'left: %s' % traces(t))


def main():
	t, site = open_case(sys.argv[1]), Site(pages.plain_routes())
	for step in [eval(n) for n in sys.argv[2:]] or (long_page, lazy, script, traffic, names, limits, refusals, cut_short):
		began = time.time()
		step(t, site)
		print('%s: %.1f s' % (step.__name__, time.time() - began), flush=True)
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
