"""hard.py PROGRAMS: pages that are large, slow, cut, framed or made by a worker, a profile of the person's own, and a disk that is full in the
middle of one. What is expected is what the server sent."""
import glob
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import threading

from desk import check
from entries import PARTS, Page, capture, last, open_case, records
from pages import Site, html

BIG = html('big', '<p>large</p><script type="text/plain">%s</script>' % ''.join('%063d\n' % i for i in range(20 * 1024 * 1024 // 64)))
SLOW = [b'<!doctype html><meta charset=utf-8><title>slow</title>'] + [b'<p>piece %d</p>' % i for i in range(8)]
WORKER = b"self.addEventListener('install', e => self.skipWaiting()); self.addEventListener('activate', e => e.waitUntil(clients.claim()));" \
	b"self.addEventListener('fetch', e => { if (e.request.url.endsWith('/made')) e.respondWith(new Response('made by the worker')) })"
WORKS = html('works', '<p id=p>waits</p><script>(async () => { navigator.serviceWorker.register("/worker.js"); await navigator.serviceWorker.ready;'
	'if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.addEventListener("controllerchange", r));'
	'document.getElementById("p").textContent = await (await fetch("/made")).text() })()</script>')


BEGINNING = b'<!doctype html><title>cut</title><p>the beginning'


def cut(handler, body):
	"""Says ten thousand bytes, sends some, and goes."""
	handler.send_response(200)
	handler.send_header('Content-Type', 'text/html')
	handler.send_header('Content-Length', '10000')
	handler.end_headers()
	handler.wfile.write(BEGINNING)
	handler.close_connection = True


def slow(step):
	def answer(handler, body):
		handler.send_response(200)
		handler.send_header('Content-Type', 'text/html')
		handler.send_header('Content-Length', str(sum(map(len, SLOW))))
		handler.end_headers()
		for piece in SLOW:
			handler.wfile.write(piece)
			handler.wfile.flush()
			step.wait(0.3)
	return answer


def served(t):
	other = Site({'/inner': html('inner', '<p>of another origin</p>')})
	site = Site({'/big': BIG, '/slow': slow(threading.Event()), '/cut': cut, '/works': WORKS, '/worker.js': lambda h, b: h.give(WORKER, 'text/javascript'),
		'/frames': html('frames', '<p>outer</p><iframe src=/middle></iframe>')})
	there = 'http://localhost:%d/inner' % other.port
	site.routes['/middle'] = html('middle', '<iframe src="%s"></iframe>' % there)
	before = last(t)
	t.evidence('capture', 'web', *(site.base + '/' + n for n in ('big', 'slow', 'cut', 'works', 'frames')), expect=1)
	check(last(t) == before + 5, 'five entries')
	big, slowly, short, works, frames = (Page(t, before + 1 + i) for i in range(5))
	check(all(PARTS <= set(p.path) for p in (big, slowly, works, frames)), 'whole sets')
	got = big.bodies()[site.base + '/big']
	check(len(got) == len(BIG) and hashlib.sha256(got).digest() == hashlib.sha256(BIG).digest() and big.found == [], 'the large page: %d bytes, %s' % (len(got), big.found))
	check(len(big.read('dom')) > 20 << 20, 'its DOM')
	check(slowly.bodies()[site.base + '/slow'] == b''.join(SLOW) and slowly.found == [], 'the slow page: %s' % slowly.found)
	check('web-resource-missing' in short.found and '%d bytes are kept' % len(BEGINNING) in short.words[short.found.index('web-resource-missing')], 'what was cut: %s' % short.words)
	check(site.base + '/cut' not in short.bodies() and site.base + '/cut' not in short.indexed(), 'a body that was cut is not passed off as whole')
	check(short.bodies('disconnect').get(site.base + '/cut') == BEGINNING, 'what came of it is kept: %s' % short.bodies('disconnect'))
	check(b'made by the worker' in works.read('dom'), 'a service worker')
	report = json.loads(works.read('network'))['resources']
	check([r['fromServiceWorker'] for r in report if r['url'] == site.base + '/made'] == [True] and '/made' not in site.asked, 'who answered is in the account: %s' % report)
	check(frames.bodies()[there] == other.routes['/inner'] and frames.found == [], 'frames of frames, of other origins: %s' % sorted(frames.bodies()))
	check(b'of another origin' in frames.read('page'), 'they are in the MHTML')


def own_profile(t):
	"""The person's own profile, only when asked for: what it knows is shown, it stays, and that is recorded."""
	site = Site({'/set': lambda h, b: h.give(html('set', 'x'), Set_Cookie='who=me; Max-Age=100000'),
		'/who': lambda h, b: h.give(html('who', '<p>%s</p>' % h.headers.get('Cookie', 'nobody')))})
	profile = t.path('profile')
	page = capture(t, site.base + '/set', '--profile', profile, expect=1)  # the icon is asked for with the cookie
	check(page.facts['dom']['browser']['profile'] == 'own' and os.path.isdir(profile), 'recorded, and left there')
	page = capture(t, site.base + '/who')
	check(b'<p>nobody</p>' in page.read('dom') and page.found == [], 'a fresh one knows nothing')
	page = capture(t, site.base + '/who', '--profile', profile, expect=1)
	check(b'<p>who=me</p>' in page.read('dom') and page.facts['dom']['browser']['profile'] == 'own', 'the own one does')
	check(page.found == ['web-login-kept'] and b'Cookie: who=me' in page.read('traffic'), 'what it is logged in with is kept, and said: %s' % page.words)


def disk_full(t):
	"""No file of `evidence` grows beyond 8 MB from when the page is asked for: the 20 MB items do not fit."""
	held, asked = threading.Event(), threading.Event()

	def answer(handler, body):
		asked.set()
		held.wait()
		handler.give(BIG, 'text/html; charset=utf-8')
	site, before = Site({'/big': answer}), last(t)
	# without restore_signals the limit is an error of the write, as a full disk is
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'web', site.base + '/big', '--timeout', '600', '--passphrase-file', t.pass_file],
		env=t.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, restore_signals=False)
	while not asked.wait(0.1):
		check(p.poll() is None, 'it ended early')
	resource.prlimit(p.pid, resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
	held.set()
	out, err = p.communicate()
	check(p.returncode >= 64 and err, 'full: exit %d, %s' % (p.returncode, err))
	check(last(t) == before + 1, 'what was complete is an entry')
	lines = records(t, before + 1)
	found = [r for r in lines if r['kind'] == 'observation' and r['code'] == 'capture-cut-short']
	check(len(found) == 1 and found[0]['notKept'] == 'web-001-dom.html', 'what is missing is said: %s' % found)
	check(sorted(r['capture']['part'] for r in lines if r['kind'] == 'origin') == ['full', 'view'], 'the pictures are whole')
	check(glob.glob(t.path('run', 'evidence-capture-*')) == [], 'the profile is left')
	t.evidence('check')


def main():
	t = open_case(sys.argv[1])
	for step in [eval(n) for n in sys.argv[2:]] or (served, own_profile, disk_full):
		step(t)
		print('%s: done' % step.__name__, flush=True)
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
