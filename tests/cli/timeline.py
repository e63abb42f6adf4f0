#!/usr/bin/env python3
"""timeline.py PROGRAMS: `evidence timeline` and `chats` over chats whose times are known: three kinds of time apart,
clocks without a zone placed in one, the hours that summer time repeats and leaves out, undecidable dates, times in
photos. What each hour is in UTC comes from Python's zoneinfo; the counts were made by hand."""
import datetime
import json
import os
import sys
import zoneinfo

from cli import Cli, check

WHATSAPP = '''30/03/2024, 23:00 - Ana: pre
31/03/2024, 02:30 - Ana: nema tog sata
31/03/2024, 03:30 - Marko: posle
13/07/2024, 12:00 - Ana: leto
27/10/2024, 01:30 - Ana: jednom
27/10/2024, 02:30 - Marko: dvaput
27/10/2024, 03:30 - Ana: jednom opet
45/10/2024, 03:30 - Ana: nema tog dana
'''
UNDECIDABLE = '''01/02/2024, 10:00 - Ana: a
03/02/2024, 10:00 - Ana: b
'''


def instants(local, zone):
	"""The instants at which a clock in `zone` showed `local`, by zoneinfo."""
	tz, found = zoneinfo.ZoneInfo(zone), []
	for fold in (0, 1):
		utc = local.replace(tzinfo=tz, fold=fold).astimezone(datetime.timezone.utc)
		if utc.astimezone(tz).replace(tzinfo=None) == local and utc not in found:
			found.append(utc)
	return [t.strftime('%Y-%m-%dT%H:%M:%SZ') for t in sorted(found)]


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	telegram = {'name': 'Marko', 'type': 'personal_chat', 'id': 7, 'messages': [
		{'id': 1, 'type': 'message', 'date': '2024-10-27T02:45:00', 'date_unixtime': '1729989900', 'from': 'Marko',
			'from_id': 'user43', 'text': 'iz telegrama', 'text_entities': []},
		{'id': 9, 'type': 'unsupported'}]}
	cli.evidence('add', '--quiet', cli.write('a/WhatsApp Chat with Ana.txt', WHATSAPP.encode()))
	cli.evidence('add', '--quiet', cli.write('b/result.json', json.dumps(telegram).encode()))
	cli.evidence('add', '--quiet', cli.write('c/WhatsApp Chat with Iva.txt', UNDECIDABLE.encode()))
	cli.evidence('read')
	cli.evidence('read', '1') # the latest read-out counts, no message twice

	def rows(*words):
		return [json.loads(x) for x in cli.evidence('timeline', '--json', *words).splitlines()]

	plain = rows()
	check([r['known'] for r in plain].count('recorded') == 6, 'six entries: %r' % plain)
	check(len([r for r in plain if r['what'] == 'message']) == 8 + 2 + 2 * 2, 'twelve messages, each once, those with two readings twice')
	check(len([r for r in plain if r['what'] == 'file-modified']) == 3, 'three files')
	check(all('assumedUtc' not in r for r in plain), 'no zone is invented')
	timeless = [r.get('raw', r.get('type')) for r in plain if 'no-time' in r.get('flags', [])]
	check(timeless == ['unsupported', '45/10/2024, 03:30'] and plain[-1]['what'] == 'message', 'without a time: %r' % timeless)

	for zone in ('Europe/Belgrade', 'Europe/Tirane', 'America/New_York', 'UTC'):
		placed = rows('--tz', zone, '--item', '1', '--kind', 'claimed')
		seen = 0
		for r in placed:
			if r['what'] != 'message' or 'local' not in r:
				continue
			want = instants(datetime.datetime.strptime(r['local'], '%Y-%m-%dT%H:%M'), zone)
			flags = [f for f in r['flags'] if f.startswith('dst')]
			check(r.get('assumedUtc', []) == want, '%s %s: zoneinfo has %r: %r' % (zone, r['local'], want, r))
			check(flags == {0: ['dst-skipped'], 1: [], 2: ['dst-twice']}[len(want)], '%s: %r' % (zone, r))
			seen += 1
		check(seen == 7, 'seven messages with a time: %d' % seen)
	belgrade = rows('--tz', 'Europe/Belgrade')
	check([r['text'] for r in belgrade if 'dst-twice' in r.get('flags', [])] == ['dvaput', 'iz telegrama'] and
		[r['text'] for r in belgrade if 'dst-skipped' in r.get('flags', [])] == ['nema tog sata'], 'the two hours')
	told = [r for r in belgrade if r.get('text') == 'iz telegrama'][0]
	check(told['utc'] == '2024-10-27T00:45:00Z' and told['inZone'] == '2024-10-27T02:45:00+02:00' and told['flags'] == ['dst-twice'],
		'a time that proves its zone: %r' % told)
	order = [r['text'] for r in belgrade if r.get('text') in ('jednom', 'dvaput', 'jednom opet', 'iz telegrama')]
	check(order == ['jednom', 'dvaput', 'iz telegrama', 'jednom opet'], 'the order across zones: %r' % order)
	# each of two readings has its row: whoever looks at one of the days meets the message
	both = [r for r in plain if r.get('item') == '4/2' and r['what'] == 'message']
	check([(r['n'], r['local'], r['reading']) for r in both] == [(1, '2024-01-02T10:00', 2), (1, '2024-02-01T10:00', 1), (2, '2024-02-03T10:00', 1),
		(2, '2024-03-02T10:00', 2)], 'a row for each: %r' % both)
	check(all('day-month' in r['flags'] and len(r['readings']) == 2 for r in both) and [x['local'] for x in both[0]['readings']] ==
		['2024-02-01T10:00', '2024-01-02T10:00'], 'both readings in each: %r' % both)
	for day, text, reading in (('2024-01-02', 'a', 2), ('2024-02-01', 'a', 1), ('2024-03-02', 'b', 2)):
		found = rows('--from', day, '--to', day + 'T23:59', '--item', '3')
		check([(r['text'], r['reading'], r['raw']) for r in found] == [(text, reading, {'a': '01/02/2024, 10:00', 'b': '03/02/2024, 10:00'}[text])],
			'%s: %r' % (day, found))
	check('reading 2 of 2, written 01/02/2024, 10:00' in cli.evidence('timeline', '--item', '3'), 'said in words')

	# and of a clock without a zone, neither bound leaves out what it may have been
	check([r['text'] for r in rows('--tz', 'Europe/Belgrade', '--item', '1', '--from', '2024-10-27T01:00:00Z', '--to', '2024-10-27T02:00:00Z')] == ['dvaput'], 'the later one')

	# in the hour that summer time leaves out: with a clock put forward too soon 00:30 UTC, with one not put forward 01:30
	def skipped(*words):
		return [r['text'] for r in rows('--tz', 'Europe/Belgrade', '--item', '1', *words) if r['what'] == 'message' and 'no-time' not in r['flags']]
	check(skipped('--from', '2024-03-31T02:00', '--to', '2024-03-31T03:45') == ['nema tog sata', 'posle'], 'around the hour left out')
	check(skipped('--from', '2024-03-31T02:00', '--to', '2024-03-31T02:31') == ['nema tog sata', 'posle'], 'a bound there leaves out less')
	check(skipped('--from', '2024-03-31T01:30', '--to', '2024-03-31T01:31') == ['nema tog sata'], 'the earlier')
	check(skipped('--from', '2024-03-31T01:30:00Z', '--to', '2024-03-31T01:30:01Z') == ['nema tog sata', 'posle'], 'the later')
	check(skipped('--from', '2024-03-31T01:30:01Z', '--to', '2024-03-31T05:00') == [], 'behind it')
	check(skipped('--from', '2024-03-31', '--to', '2024-03-31T00:30:00Z') == [], 'before it')

	night = rows('--tz', 'Europe/Belgrade', '--from', '2024-10-27', '--to', '2024-10-28')
	check(len(night) == 4, 'one day: %r' % night)
	check(all(r['known'] == 'recorded' for r in rows('--kind', 'recorded')), 'one kind')
	text = cli.evidence('timeline', '--tz', 'Europe/Tirane')
	check('came twice' in text and 'no such hour' in text and 'assumption' in text, text)
	for wrong in ('Europe/Nowhere', '../../etc/passwd'):
		check('no time zone' in cli.evidence('timeline', '--tz', wrong, expect=66), wrong)
	cli.evidence('timeline', '--tz', '', expect=65)
	cli.evidence('timeline', '--from', 'yesterday', expect=64)

	out = cli.evidence('chats', '1')
	for words in ('messages      8: text 8', 'impossible-time 1', 'not confirmed', 'Ana 6, a label only', '0 pieces, 0 bytes'):
		check(words in out, '%r is not in\n%s' % (words, out))
	ledgers = [json.loads(x) for x in cli.evidence('chats', '--json').splitlines()]
	check([r['messages'] for r in ledgers if r['kind'] == 'ledger'] == [2, 2, 8], 'ledgers: %r' % ledgers)
	check('ids missing' in cli.evidence('chats', '2'), 'numbers that are missing')
	check('no item' in cli.evidence('chats', '99', expect=66), 'no such item')
	# the hour that comes twice, both times told apart by what the clock was ahead; zones of half hours
	twice = {'name': 'Marko', 'type': 'personal_chat', 'id': 7, 'messages': [{'id': i + 1, 'type': 'message', 'date': '2024-10-27T02:30:00',
		'date_unixtime': str(1729989000 + 3600 * i), 'from': 'Marko', 'from_id': 'user43', 'text': 'u%d' % i, 'text_entities': []} for i in (0, 1)]}
	cli.evidence('add', '--quiet', cli.write('d/result.json', json.dumps(twice).encode()))
	cli.evidence('read', '4')
	for zone, want in (('Europe/Belgrade', ['2024-10-27T02:30:00+02:00', '2024-10-27T02:30:00+01:00']),
			('America/St_Johns', ['2024-10-26T22:00:00-02:30', '2024-10-26T23:00:00-02:30'])):
		clock = [r for r in rows('--tz', zone, '--item', '4', '--kind', 'claimed') if r['what'] == 'message']
		check([r['inZone'] for r in clock] == want, '%s: %r' % (zone, clock))
		check([r.get('flags') for r in clock] == ([['dst-twice']] * 2 if zone == 'Europe/Belgrade' else [None] * 2), 'flags: %r' % clock)
	text = cli.evidence('timeline', '--tz', 'Europe/Belgrade', '--item', '4')
	check('2024-10-27 02:30:00+02:00' in text and '2024-10-27 02:30:00+01:00' in text and text.count('came twice') == 2, text)
	# what a clock shows in the hour left out stands at the change, whatever the order of the file
	left_out = ''.join('31/03/2024, %s - Ana: %s\n' % (t, t) for t in ('01:59', '02:45', '02:15', '03:00'))
	cli.evidence('add', '--quiet', cli.write('e/WhatsApp Chat with Eva.txt', left_out.encode()))
	cli.evidence('read', '5')
	order = [r['text'] for r in rows('--tz', 'Europe/Belgrade', '--item', '5') if r['what'] == 'message']
	check(order == ['01:59', '02:15', '02:45', '03:00'], 'around the change: %r' % order)
	print('timeline: ok')


main()
