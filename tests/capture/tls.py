"""tls.py PROGRAMS: `evidence capture web` of servers with TLS on loopback: what the certificates were is recorded, a bad one is
refused, said and recorded. What is expected is what the openssl command made, and what the server's own side of the TLS says."""
import base64
import json
import shutil
import sys

from authority import Authority
from desk import check
from entries import capture, last, open_case
from pages import Site, html

FACTS = []  # what the server's side says of each request
PAGE = html('over TLS', '<p>behind the certificate</p>')


def answer(handler, body):
	FACTS.append((handler.connection.version(), handler.connection.cipher()[0]))
	handler.give(PAGE, 'text/html; charset=utf-8')


def account(page, site):
	"""The document's line, and the chain of its origin."""
	report = json.loads(page.read('network'))
	mine = [c for c in report['certificates'] if c['origin'] == site.base]
	check(len(mine) == 1, 'one chain: %s' % report['certificates'])
	return next(r for r in report['resources'] if r['url'] == site.base + '/'), mine[0]


def chain_is(ca, got, *names):
	check([base64.b64decode(c) for c in got['chain']] == [ca.der(n) for n in names], 'the chain is that of %s: %d certificates' % (names, len(got['chain'])))


def good(t, ca):
	site = Site({'/': answer}, ca.issue('good', 'localhost', '20250101000000Z', '20491231235959Z'))
	page = capture(t, site.base + '/')
	check(page.found == [], 'findings: %s' % page.found)
	line, got = account(page, site)
	chain_is(ca, got, 'good', 'ca')
	check('error' not in got and line['security'] == 'secure' and line['status'] == 200, 'a good certificate: %s' % line)
	tls = line['tls']
	version, cipher = FACTS[0]
	check(tls['protocol'].replace(' ', 'v') == version and cipher == 'TLS_' + tls['cipher'].replace('AES_256_GCM', 'AES_256_GCM_SHA384')
		.replace('AES_128_GCM', 'AES_128_GCM_SHA256').replace('CHACHA20_POLY1305', 'CHACHA20_POLY1305_SHA256'), 'parameters: %s, the server: %s' % (tls, FACTS))
	check((tls['subjectName'], tls['issuer']) == ('good', 'Test authority'), 'names: %s' % tls)
	check(tls['validFrom'].startswith('2025-01-01T00:00:00') and tls['validTo'].startswith('2049-12-31T23:59:59'), 'times: %s' % tls)
	check(page.facts['dom']['browser']['certificateErrorsIgnored'] is False, 'nothing was ignored')


def bad(t, ca):
	for name, wrap, error, chain in (
			('self', ca.self_signed('self', 'localhost'), 'AUTHORITY_INVALID', ('self',)),
			('expired', ca.issue('expired', 'localhost', '20200101000000Z', '20210101000000Z'), 'DATE_INVALID', ('expired', 'ca')),
			('other', ca.issue('other', 'other.invalid'), 'COMMON_NAME_INVALID', ('other', 'ca'))):
		site, error = Site({'/': answer}, wrap), 'net::ERR_CERT_' + error
		page = capture(t, site.base + '/', expect=1)
		check(page.found == ['web-error-page', 'web-certificate-refused'] and site.asked == [], '%s: findings %s, asked %s' % (name, page.found, site.asked))
		check(b'behind the certificate' not in page.read('dom') and page.facts['dom']['loadError'] == error, '%s: %s' % (name, page.facts['dom']))
		line, got = account(page, site)
		chain_is(ca, got, *chain)
		check(got['error'] == error and line['error'] == error and line['outcome'] == 'failed' and line['tls']['subjectName'] == name, '%s: %s' % (name, line))
		check(error in page.words[1] and site.base in page.words[1], '%s: %s' % (name, page.words))
		page = capture(t, site.base + '/', '--ignore-certificates', expect=1)
		check(page.found == ['web-certificate-untrusted'] and b'behind the certificate' in page.read('dom'), '%s, asked for: %s' % (name, page.found))
		line, got = account(page, site)
		chain_is(ca, got, *chain)
		check(got['error'] == error and line['security'] == 'insecure' and line['status'] == 200, '%s, asked for: %s' % (name, line))
		check(error in page.words[0] and page.facts['dom']['browser']['certificateErrorsIgnored'] is True, '%s: %s' % (name, page.words))


def part(t, ca):
	"""A page that is trusted with a part that is not: the part is missing, and why is said."""
	self_signed = Site({'/': answer}, ca.self_signed('part', 'localhost'))
	site = Site({'/': html('parts', '<p>text</p><iframe src="%s/"></iframe><img src="%s/x.png">' % (self_signed.base, self_signed.base))},
		ca.issue('whole', 'localhost'))
	page = capture(t, site.base + '/', expect=1)
	check(sorted(set(page.found)) == ['web-certificate-refused', 'web-resource-missing'], 'findings: %s' % page.found)
	check(self_signed.asked == [] and account(page, site)[0]['status'] == 200, 'the page itself is there')


def main():
	t = open_case(sys.argv[1])
	ca = Authority(t.path('ca'))
	ca.trust(t.path('person'))
	for step in (good, bad, part):
		step(t, ca)
		print('%s: done' % step.__name__, flush=True)
	check(last(t) >= 8, 'entries')
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
