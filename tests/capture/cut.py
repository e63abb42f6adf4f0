"""cut.py PROGRAMS: pages that are not captured whole because the browser refuses, falls silent, ends or talks nonsense in the middle (between.py
stands before it), or that have parts it breaks off: what was complete stays, what is missing is said, and the case checks."""
import gzip
import json
import os
import shutil
import subprocess
import sys

from authority import Authority
from desk import check
from entries import PARTS, Page, last, open_case, records
from pages import Site, html, plain_routes

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURES = {'view', 'full'}


def run(t, method, do, *words, nth=1, broken=None):
	"""Captures with the browser behind between.py; gives the exit code, what was said, and the entries that came of it."""
	before = last(t)
	done = subprocess.run([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'web', '--browser', t.path('between'), *words,
		'--passphrase-file', t.pass_file], env=dict(t.env, BETWEEN=json.dumps({'method': method, 'nth': nth, 'do': do, 'broken': broken})), capture_output=True, text=True)
	return done.returncode, done.stderr, list(range(before + 1, last(t) + 1))


def cut(t, seq):
	"""The word of an entry on what cut it short."""
	found = [r for r in records(t, seq) if r['kind'] == 'observation' and r['code'] == 'capture-cut-short']
	check(len(found) == 1, 'it is said once: %s' % found)
	return found[0]


def refused_page(t, site):
	"""A page that cannot be spoken to leaves no entry; the next one is captured."""
	code, said, made = run(t, 'Page.createIsolatedWorld', 'refuse', site.base + '/short', site.base + '/other')
	check(code == 1 and 'page 1 was not captured whole' in said and 'refused by the test' in said and len(made) == 1, 'refused: %d %s' % (code, said))
	page = Page(t, made[0])
	check(PARTS == set(page.path) and page.facts['dom']['url'] == site.base + '/other' and page.found == [], 'the next: %s' % page.found)


def refused_outputs(t, site):
	"""An output that is refused is named; the others are there. A tile of the whole page: no picture with a hole."""
	code, said, made = run(t, 'Page.printToPDF', 'refuse', site.base + '/short')
	page = Page(t, made[0])
	check(code == 1 and set(page.path) == PARTS - {'print'} and page.found == ['web-output-missing'] and 'PDF' in page.words[0], 'no PDF: %s' % page.words)
	code, said, made = run(t, 'Page.captureScreenshot', 'refuse', site.base + '/long', nth=3)  # the viewport, a tile, this one
	page = Page(t, made[0])
	check(code == 1 and set(page.path) == PARTS - {'full'} and page.found == ['web-output-missing'] and 'whole page' in page.words[0], 'a tile: %s' % page.words)


def moved(t, site):
	"""A page that goes on to another by itself between the pictures and the DOM: said, and no item of the other bears the first one's name."""
	code, said, made = run(t, 'DOM.getDocument', 'move', site.base + '/short')
	page = Page(t, made[0])
	check(code == 1 and page.found == ['web-moved'] and site.base + '/other' in page.words[0], 'moved: %d %s' % (code, page.words))
	check(b'other text' in page.read('dom'), 'the DOM is that of the other')
	for part, facts in page.facts.items():
		first = part in PICTURES
		check(facts['url'] == site.base + '/short' and facts['finalUrl'] == site.base + ('/short' if first else '/other'), '%s: %s' % (part, facts))
		check(facts.get('title') == ('short' if first else None) and ('textSha256' in facts) == first, '%s: %s' % (part, facts))


def ended(t, site):
	for method, do, parts in (('Page.printToPDF', 'end', PICTURES | {'dom', 'page'}), ('DOM.getOuterHTML', 'garbage', PICTURES)):
		code, said, made = run(t, method, do, site.base + '/short', site.base + '/other')
		check(code == 69 and len(made) == 1, '%s: exit %d, %s' % (do, code, said))
		page, word = Page(t, made[0]), cut(t, made[0])
		check(set(page.path) == parts and word['reason'] and 'notKept' not in word, '%s: %s %s' % (do, sorted(page.path), word))
	code, said, made = run(t, 'Page.navigate', 'end', site.base + '/short')
	check(code == 69 and made == [] and 'ended' in said, 'ended before there was anything: %d %s' % (code, said))


def silent(t, ca):
	"""The browser falls silent behind the pictures: they are in, with the address and the reason (a minute is waited for an answer)."""
	site = Site({'/': html('over TLS', '<p>text</p>')}, ca.self_signed('self', 'localhost'))
	code, said, made = run(t, 'Network.getCertificate', 'silent', '--ignore-certificates', site.base + '/')
	check(code == 1 and 'page 1 was not captured whole' in said and len(made) == 1, 'silent: %d %s' % (code, said))
	page, word = Page(t, made[0]), cut(t, made[0])
	check(set(page.path) == PARTS - {'traffic', 'network'} and word['url'] == site.base + '/' and 'Network.getCertificate' in word['reason'], 'silent: %s' % word)


def uncounted(h, body):
	"""No length is told: the end of the connection is the end."""
	h.send_response(200)
	h.end_headers()
	h.wfile.write(b'not counted ' * 90)
	h.close_connection = True


def short(h, body):
	h.send_response(200)
	h.send_header('Content-Length', '2000')
	h.end_headers()
	h.wfile.write(b'cut short ' * 90)
	h.close_connection = True


def broken_off(t, _):
	"""The browser breaks transfers off behind the last byte, as it does with sound: whole where the server counted the bytes that came
	(RFC 9110 section 8.6), and there alone."""
	site = Site({'/pieces': html('pieces', '<p>text</p><script>for (const x of ["counted", "uncounted", "short", "zipped"])'
		'fetch("/piece-" + x).then(r => r.arrayBuffer()).catch(() => 0)</script>'), '/piece-counted': lambda h, b: h.give(b'counted ' * 90, 'text/plain'),
		'/piece-uncounted': uncounted, '/piece-short': short, '/piece-zipped': lambda h, b: h.give(gzip.compress(b'zipped ' * 90), 'text/plain', Content_Encoding='gzip')})
	code, said, made = run(t, 'none', 'refuse', site.base + '/pieces', broken='/piece-')
	page = Page(t, made[0])
	check(code == 1 and page.found == ['web-resource-missing'] * 3, 'three of them: %d %s' % (code, page.words))
	traffic, kept = page.read('traffic'), 0
	check(b'counted ' * 90 in traffic, 'the traffic has what came whole')
	for name, body in (('uncounted', b'not counted not'), ('short', b'cut short cut'), ('zipped', b'zipped zipped')):
		said = [w for w in page.words if '/piece-' + name in w and 'net::ERR_' in w]
		check(len(said) == 1, '%s is missing, and why: %s' % (name, page.words))
		# its first bytes are there only where the browser's stream of them began in time
		check((body in traffic) == ('bytes are kept' in said[0]), '%s is kept in part exactly where that is said: %s' % (name, said))
		kept += body in traffic
	check(traffic.count(b'WARC-Truncated: disconnect\r\n') == kept, 'a part is marked as one, the whole is not')


def main():
	t = open_case(sys.argv[1])
	t.write('between', ('#!/bin/sh\nexec %s -B %s/between.py "$@"\n' % (sys.executable, HERE)).encode(), 0o755)
	site = Site(dict(plain_routes(), **{'/short': html('short', '<p>text</p>'), '/other': html('other', '<p>other text</p>')}))
	steps = {'refused_page': site, 'refused_outputs': site, 'moved': site, 'ended': site, 'broken_off': site, 'silent': Authority(t.path('ca'))}
	for name, what in steps.items():
		if sys.argv[2:] and name not in sys.argv[2:]:
			continue
		globals()[name](t, what)
		print('%s: done' % name, flush=True)
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
