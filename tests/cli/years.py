#!/usr/bin/env python3
"""years.py PROGRAMS: decades, under faketime: sealed in 2026 by a lawyer whose certificate ends in 2028, stamped, renewed in 2030 and 2035 by
other authorities before the one before ends, verified in 2045. `openssl ts` are the authorities; clocks that are years wrong are refused."""
import os
import subprocess
import sys

import timestamp
from cli import Cli, check

EXTENSIONS = {'tsa': 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n', 'person': 'keyUsage=critical,digitalSignature\n'}


class Then(Cli):
	"""Programs whose clock stands at `year`."""

	def __init__(self, programs):
		Cli.__init__(self, programs)
		self.env.update(TZ='UTC', ASAN_OPTIONS=self.env.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0')
		self.year = None

	def at(self, when):
		self.year = when
		return self

	def argv(self, *words):
		return ['faketime', '-f', '@%s 00:00:00' % self.year] + list(words) if self.year else list(words)

	def run(self, program, *words, expect=0, stdin=None, lines=None):
		done = subprocess.run(self.argv(os.path.join(self.programs, program), *words), capture_output=True, input=stdin, env=self.env, cwd=self.dir)
		out, err = done.stdout.decode(), done.stderr.decode()
		check(done.returncode == expect, '%s in %s: exit %d, expected %d\n%s%s' % (words, self.year, done.returncode, expect, out, err))
		check(expect < 64 or len(err.splitlines()) == 1, 'one line of error: ' + err)
		return out if expect < 64 else err


class Authority:
	"""A root for good and certificates under it, issued in the year that the clock shows."""

	def __init__(self, cli, name, day, days):
		self.cli, self.dir = cli, cli.path(name)
		os.mkdir(self.dir)
		for file, text in (('tsa.cnf', timestamp.CONFIG), ('serial', '01\n'), ('crlnumber', '01\n'), ('index', '')):
			self.write(file, text)
		cli.at('2020-01-01')
		self.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '18250',
			'-subj', '/CN=Root ' + name, '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
		self.ca = os.path.join(self.dir, 'ca.pem')
		cli.at(day)
		self.issue('tsa' if name != 'bar' else 'person', days, name)

	def write(self, name, text):
		with open(os.path.join(self.dir, name), 'w', encoding='utf-8') as f:
			f.write(text)

	def openssl(self, *words):
		done = subprocess.run(self.cli.argv('openssl', *words), capture_output=True, cwd=self.dir, env=self.cli.env)
		check(done.returncode == 0, 'openssl %s: %s' % (words, done.stderr.decode()))
		return done.stdout

	def issue(self, kind, days, name):
		self.write('ext', EXTENSIONS[kind])
		self.openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', kind + '.key', '-out', 'csr', '-subj', '/CN=' + name)
		self.openssl('x509', '-req', '-in', 'csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', str(days), '-extfile', 'ext', '-out', kind + '.pem')

	def list(self):
		self.openssl('ca', '-config', 'tsa.cnf', '-gencrl', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-out', 'ca.crl')
		return os.path.join(self.dir, 'ca.crl')

	def answer(self, request, out, kind='tsa'):
		self.openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', request, '-signer', kind + '.pem', '-inkey', kind + '.key', '-chain', 'ca.pem', '-out', out)
		return out


def lawyer(cli, bar):
	p12 = cli.path('lawyer.p12')
	bar.openssl('pkcs12', '-export', '-inkey', 'person.key', '-in', 'person.pem', '-passout', 'pass:p12', '-out', p12)
	cli.run('evidence', 'identity', 'import', p12, '--name', 'Ana', '--role', 'lawyer', '--passphrase-file', cli.write('both', b'p12\ncorrect horse battery\n'))


def findings(report):
	return sorted({f['code'] for f in report['findings']})


def wrong_clocks(cli, first, plain, trust):
	"""An authority of 2026 and a computer whose clock stands years before, or behind."""
	q, r = cli.path('clock.tsq'), cli.path('clock.tsr')
	cli.at('2026-06-02').evidence('timestamp', 'request', '--bundle', plain, '--out', q)
	first.answer(q, r)
	said = cli.at('2021-03-01').evidence('timestamp', 'attach', '--request', q, *trust, '--bundle', plain, '--out', cli.path('no.asice'), r, expect=65)
	check('in the future of this computer' in said, 'a computer in 2021: ' + said)
	# the case was sealed by a clock in 2026; an authority that says 2025 is wrong, or the computer was
	cli.at('2025-01-05')
	early = first.answer(q, cli.path('early.tsr'))
	said = cli.at('2026-06-02').evidence('timestamp', 'attach', '--request', q, *trust, '--bundle', plain, '--out', cli.path('no.asice'), early, expect=65)
	check('TIMESTAMP_ORDER' in said, 'an authority in 2025: ' + said)
	check(not os.path.exists(cli.path('no.asice')), 'nothing is left')


def revoked(cli, bar, anchors, lt):
	"""Revoked the day before the time stamp: failed, yet nothing is called altered, and the way out is neither a pin nor another copy."""
	serial = bar.openssl('x509', '-in', 'person.pem', '-noout', '-serial').decode().strip().partition('=')[2]
	bar.write('index', 'R\t491231235959Z\t260602000000Z,superseded\t%s\tunknown\t/CN=bar\n' % serial)
	gone = ['--trust', cli.at('2027-01-01') and bar.list()]
	report = cli.verdict(*anchors, *gone, lt, expect=1)
	failed = [f['code'] for f in report['findings'] if f['result'] != 'note']
	check(failed == ['SIGNER_REVOKED'] and report['checks']['fixity'] == 'passed', 'revoked: %r' % report['findings'])
	text = cli.verify(*anchors, *gone, lt, expect=1)
	check(text.startswith("NOT VERIFIED: nothing altered was found, yet the signer's certificate had been revoked"), 'the headline: ' + text)
	check('incomplete' not in text and '--pin' not in text and 'ask the sender' not in text, 'what is to be done: ' + text)


def main():
	cli = Then(sys.argv[1])
	bar = Authority(cli, 'bar', '2026-01-01', 730)
	first = Authority(cli, 'first', '2024-01-01', 2600)        # to February 2031
	second, third = Authority(cli, 'second', '2029-01-01', 2600), Authority(cli, 'third', '2034-01-01', 6000)  # to 2036, to 2050
	anchors = ['--trust', bar.ca, '--trust', first.ca, '--trust', second.ca, '--trust', third.ca]
	names = ('plain', 't', 'lt', 'once', 'twice')
	plain, t, lt, once, twice = (cli.path(n + '.asice') for n in names)
	cli.at('2026-06-01')
	lawyer(cli, bar)
	timestamp.open_case(cli)
	cli.evidence('seal', plain)
	wrong_clocks(cli, first, plain, anchors)
	cli.at('2026-06-03')
	timestamp.stamp(cli, first, plain, t, trust=anchors)
	cli.evidence('timestamp', 'embed', '--bundle', t, '--out', lt, *anchors, '--crl', bar.list(), '--crl', first.list())
	cli.at('2030-06-01')
	timestamp.stamp(cli, second, lt, once, '--archive', anchors)
	cli.at('2035-06-01')
	timestamp.stamp(cli, third, once, twice, '--archive', anchors)

	def verify(path, year, expect):
		# the clock of the court's computer, and then a clock that is wrong and a date given instead
		report = cli.at(year).verdict(*anchors, path, expect=expect)
		given = cli.at('1999-01-01').verdict(*anchors, '--at', year, path, expect=expect)
		check(report['verdict'] == given['verdict'] and findings(report) == findings(given), 'by clock and by --at')
		return report
	for path, year in ((plain, '2027-01-01'), (t, '2029-01-01'), (lt, '2029-01-01'), (once, '2034-01-01'), (twice, '2045-01-01')):
		report = verify(path, year, 0)
		check(report['verdict'] == 'TOTAL-PASSED' and 'TIMESTAMP_AGED' not in findings(report), '%s in %s: %r' % (path, year, report['findings']))
		if path != plain:
			check(report['time']['proved'][:10] == '2026-06-03', 'proved: %r' % report['time']['proved'])
			check(report['time']['recorded'][:10] == '2026-06-01', 'recorded: %r' % report['time']['recorded'])
	revoked(cli, bar, anchors, lt)
	# nobody proved the time: what a certificate of before was used for cannot be told
	report = verify(plain, '2045-01-01', 2)
	check(report['subIndication'] == 'OUT_OF_BOUNDS_NO_POE', 'unstamped in 2045: %r' % report['subIndication'])
	# not renewed in time: it holds, and is said to have been due
	for path in (t, once):
		check('TIMESTAMP_AGED' in findings(verify(path, '2045-01-01', 0)), 'not renewed: ' + path)
	print('years: sealed 2026, stamped, renewed 2030 and 2035, verified 2045')


main()
