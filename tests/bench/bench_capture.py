"""bench_capture.py PROGRAMS [N]: what a captured page costs against a bare script that makes the same outputs of the same page over the same
pipe (tests/capture/bare.py), by turns, N times each (5); medians. The bar is 1.3. Nothing else should run."""
import base64
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'capture'))
from bare import Browser  # noqa: E402
from entries import open_case  # noqa: E402
from pages import Site, plain_routes  # noqa: E402


def until_quiet(b, session):
	"""Loaded, and for half a second nothing under way, as the capture waits."""
	b.call('Runtime.evaluate', session, awaitPromise=True, expression='new Promise(r => { const still = () => setTimeout(r, 500);'
		'document.readyState === "complete" ? still() : addEventListener("load", still) })')


def bare(url, folder):
	began, b = time.monotonic(), Browser()
	target = b.call('Target.createTarget', url='about:blank')['targetId']
	s = b.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
	for domain in ('Network', 'Page', 'Runtime'):
		b.call(domain + '.enable', s)
	b.call('Emulation.setDeviceMetricsOverride', s, width=1280, height=800, deviceScaleFactor=1, mobile=False)
	b.call('Page.navigate', s, url=url)
	until_quiet(b, s)
	b.call('Runtime.evaluate', s, awaitPromise=True, expression='(async () => { const d = document.scrollingElement; while (scrollY + innerHeight + 1 < d.scrollHeight)'
		'{ scrollBy(0, innerHeight * 0.8); await new Promise(r => setTimeout(r, 80)) } scrollTo(0, 0) })()')
	until_quiet(b, s)
	out = {'view.png': base64.b64decode(b.call('Page.captureScreenshot', s, format='png', optimizeForSpeed=True)['data'])}
	size = b.call('Page.getLayoutMetrics', s)['cssContentSize']
	for y in range(0, int(size['height']), 8192):
		clip = {'x': 0, 'y': y, 'width': size['width'], 'height': min(8192, size['height'] - y), 'scale': 1}
		out['full-%d.png' % y] = base64.b64decode(b.call('Page.captureScreenshot', s, format='png', optimizeForSpeed=True, captureBeyondViewport=True, clip=clip)['data'])
	root = b.call('DOM.getDocument', s, depth=0)['root']['nodeId']
	out['dom.html'] = b.call('DOM.getOuterHTML', s, nodeId=root)['outerHTML'].encode()
	out['page.mhtml'] = b.call('Page.captureSnapshot', s, format='mhtml')['data'].encode()
	out['print.pdf'] = base64.b64decode(b.call('Page.printToPDF', s, printBackground=True)['data'])
	for e in [e for e in b.events if e['method'] == 'Network.loadingFinished']:
		try:
			body = b.call('Network.getResponseBody', e['sessionId'], requestId=e['params']['requestId'])
			out['body-' + e['params']['requestId']] = body['body'].encode()
		except RuntimeError:
			pass
	for name, data in out.items():
		with open(os.path.join(folder, name), 'wb') as f:
			f.write(data)
	b.close()
	return time.monotonic() - began


def ours(t, url):
	began = time.monotonic()
	t.evidence('capture', 'web', url)
	return time.monotonic() - began


def main():
	t, site, n = open_case(os.path.abspath(sys.argv[1])), Site(plain_routes()), int(sys.argv[2]) if len(sys.argv) > 2 else 5
	os.mkdir(t.path('out'))
	for path in ('/lazy', '/long'):
		mine, theirs = [], []
		for _ in range(n):
			theirs.append(bare(site.base + path, t.path('out')))
			mine.append(ours(t, site.base + path))
		a, b = statistics.median(mine), statistics.median(theirs)
		print('%s: capture %.2f s, bare script %.2f s, ratio %.2f (bar 1.3)' % (path, a, b, a / b), flush=True)


main()
