"""lists.py PROGRAMS: pages from a file (bounded, with pauses, resumable, one bad page stops no other), and pages that are visited
again and held against their earlier capture. What is expected is what the server was told to serve."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from desk import check
from entries import PARTS, Page, last, open_case, records
from pages import Site, html, stuck


def timed(site, times, body):
	def answer(handler, _):
		times.append(time.monotonic())
		handler.give(body, 'text/html; charset=utf-8')
	return answer


def urls(t, since):
	return [Page(t, seq).facts['dom']['url'] for seq in range(since + 1, last(t) + 1)]


def listed(t):
	times = []
	site = Site({})
	for name in ('a', 'b', 'c'):
		site.routes['/' + name] = timed(site, times, html(name, '<p>page %s</p>' % name))
	dead = Site({})
	dead.server.server_close()
	lines = ['\ufeff# pages', '', site.base + '/a  ', 'ftp://127.0.0.1/', 'file:///etc/passwd', dead.base + '/', site.base + '/b', 'http://x/' + 'y' * 9000,
		site.base + '/a', '  ' + site.base + '/c']
	path, before = t.write('list', '\r\n'.join(lines).encode()), last(t)
	out = t.evidence('capture', 'web', '--list', path, '--every', '1', expect=1, lines=5)
	check(urls(t, before) == [site.base + '/a', dead.base + '/', site.base + '/b', site.base + '/c'], 'the pages: %s' % urls(t, before))
	check(all(b - a >= 1 for a, b in zip(times, times[1:])) and len(times) == 3, 'pauses: %s' % times)
	check('28 items' in out, 'seven items a page: %s' % out)
	before = last(t)
	t.evidence('capture', 'web', '--list', path, expect=1, lines=5)
	check(urls(t, before) == [dead.base + '/'] and len(times) == 3, 'what was captured is not asked for again: %s' % urls(t, before))
	before, path = last(t), t.write('list', ('%s/b\n%s/c' % (site.base, site.base)).encode())
	check('2 pages of the list are in the case already' in t.evidence('capture', 'web', '--list', path) and last(t) == before, 'nothing left to do')
	path = t.write('list', ''.join('http://127.0.0.1/%d\n' % i for i in range(1001)).encode())
	t.evidence('capture', 'web', '--list', path, expect=65)
	t.evidence('capture', 'web', '--list', t.path('none'), expect=66)
	t.evidence('capture', 'screen', '--list', path, expect=64)
	check(last(t) == before, 'nothing was taken')


def resumed(t):
	"""Ctrl-C in the second page: the first is not captured again."""
	site = Site({'/one': html('one', 'x'), '/two': html('two', '<img src=/stuck.png>'), '/stuck.png': stuck})
	path, before = t.write('list', ('%s/one\n%s/two\n' % (site.base, site.base)).encode()), last(t)
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'web', '--list', path, '--every', '0.1', '--timeout', '600',
		'--passphrase-file', t.pass_file], env=t.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
	while '/stuck.png' not in site.asked:
		check(p.poll() is None, 'it ended before the second page: %s' % (p.stderr.read() if p.poll() is not None else ''))
		time.sleep(0.1)
	p.send_signal(signal.SIGINT)
	err = p.communicate()[1]
	check(p.returncode != 0 and err, 'stopped: %d %s' % (p.returncode, err))
	check(last(t) == before + 1, 'the first page is in, the second is not')
	site.routes['/stuck.png'] = lambda h, b: h.give(b'', 'image/png', 204)
	t.evidence('capture', 'web', '--list', path)
	check(urls(t, before) == [site.base + '/one', site.base + '/two'] and site.asked.count('/one') == 1, 'resumed: %s' % site.asked)


def revisited(t):
	site = Site({'/same': html('same', '<p>text</p><!-- 1 -->'), '/changed': html('changed', '<p>before</p>'), '/title': html('before', '<p>text</p>'),
		'/gone': html('gone', '<p>text</p>'), '/down': html('down', '<p>text</p>'), '/new': html('new', '<p>text</p>')})
	names = ('same', 'changed', 'title', 'gone', 'down')
	first = last(t)
	t.evidence('capture', 'web', *(site.base + '/' + n for n in names))
	earlier = {name: first + 1 + i for i, name in enumerate(names)}
	site.routes.update({'/same': html('same', '<p>text</p><!-- 2 -->'), '/changed': html('changed', '<p>after</p>'), '/title': html('after', '<p>text</p>'),
		'/gone': lambda h, b: h.give(b'', 'text/html', 410), '/down': lambda h, b: h.give(b'later', 'text/html', 503)})
	for name, result, differs, code in (('same', 'same', None, 0), ('changed', 'changed', 'text', 1), ('title', 'changed', 'title', 1), ('gone', 'gone', None, 1),
			('down', 'unknown', None, 1), ('gone', 'gone', None, 1)):
		before = last(t)
		t.evidence('capture', 'web', '--revisit', site.base + '/' + name, expect=code)
		check(last(t) == before + 2 and PARTS <= set(Page(t, before + 1).path), '%s: an entry of the page, one of the comparison' % name)
		entry = json.load(open('%s/custody/%08d/entry.json' % (t.case, before + 2)))
		check((entry['action'], entry['details']['method']) == ('compare', 'captures'), '%s: %s' % (name, entry))
		found = [r for r in records(t, before + 2) if r['kind'] == 'observation']
		check(len(found) == 1 and found[0]['code'] == 'web-revisit' and found[0]['url'] == site.base + '/' + name, '%s: %s' % (name, found))
		check((found[0]['result'], found[0].get('differs')) == (result, differs), '%s: %s' % (name, found))
		check(found[0]['earlier'].split('/')[0] == str(earlier[name]), '%s is held against the last that was to be had: %s' % (name, found))
		spoken = {r['first'].split('/')[0] for r in records(t, before + 2) if r['kind'] == 'scope'}
		check(spoken == {str(earlier[name]), str(before + 1)}, '%s: the entry speaks of both: %s' % (name, spoken))
	before = last(t)
	t.evidence('capture', 'web', '--revisit', site.base + '/new', expect=1, lines=1)
	t.evidence('capture', 'web', '--revisit', expect=64)
	check(last(t) == before, 'no earlier capture, no comparison')
	site.server.shutdown()
	site.server.server_close()
	t.evidence('capture', 'web', '--revisit', site.base + '/same', expect=1)
	found = [r for r in records(t, last(t)) if r['kind'] == 'observation']
	check(found[0]['result'] == 'unknown', 'a server that is not there says nothing of the page: %s' % found)


def main():
	t = open_case(sys.argv[1])
	for step in [eval(n) for n in sys.argv[2:]] or (listed, resumed, revisited):
		step(t)
		print('%s: done' % step.__name__, flush=True)
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
