#!/usr/bin/env python3
"""altered.py PROGRAMS FORMATS: messages that were edited, taken back, put into the app's bin or forwarded are told as such wherever
they are shown: `timeline`, `search`, the table and the timeline of `export`, in text and for programs. What was first
said is found, and shown beside what stands there now. What the samples hold is known from tests/formats (counts by hand)."""
import csv
import json
import os
import shutil
import sys

from cli import Cli, check


def main():
	cli = Cli(sys.argv[1])
	formats = sys.argv[2]
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	for folder, name in (('chat-signal', 'main.jsonl'), ('chat-imessage', 'edited.db')):
		shutil.copy(os.path.join(formats, folder, name), cli.path(name))
		cli.evidence('add', '--quiet', cli.path(name))
	cli.evidence('read')

	def hits(*words):
		return [json.loads(x) for x in cli.evidence('search', '--json', *words).splitlines()]

	def shown(*words):
		"""The lines of each hit in the text form, its first line begins in the first column."""
		out = []
		for line in cli.evidence('search', *words).splitlines():
			if line.startswith(' '):
				out[-1].append(line.strip())
			else:
				out.append([line])
		return out

	rows = [json.loads(x) for x in cli.evidence('timeline', '--json').splitlines()]
	of = {(r['exhibit'], r['chat'], r['n']): r.get('flags', []) for r in rows if r['what'] == 'message'}
	check(of == {(1, 1, 1): [], (1, 1, 2): ['edited'], (1, 1, 3): ['deleted'], (1, 1, 4): [], (1, 1, 5): [], (1, 1, 6): [],
		(1, 1, 7): [], (2, 1, 1): ['edited'], (2, 1, 2): ['deleted-in-part', 'edited'], (2, 1, 3): ['deleted', 'edited'],
		(2, 1, 4): [], (2, 1, 5): [], (2, 2, 1): ['recently-deleted']}, 'what became of each message: %r' % of)
	lines = cli.evidence('timeline', '--item', '2').splitlines()
	told = [[words for words in ('[edited later]', '[part of it deleted; edited later]', '[deleted; edited later]',
		"[deleted: it lies in the app's own bin]") if line.endswith(words)] for line in lines if '+38761123456' in line]
	check(sorted(sum(told, [])) == sorted(['[edited later]', '[part of it deleted; edited later]', '[deleted; edited later]',
		"[deleted: it lies in the app's own bin]"]), 'in words: %r' % lines)
	check(any('+38761123456 (deleted)  [' in line for line in lines), 'a message that is no text names its type: %r' % lines)
	check(any(line.endswith('<out> (attachment): dve slike') for line in lines), 'one without a name says which way it went: %r' % lines)

	# The threat was edited away; the word stands in the oldest version alone.
	one = hits('ubicu')
	check([(h['exhibit'], h['n'], h['text']) for h in one] == [(2, 1, 'Vidimo se u sedam')], 'found by what was first said: %r' % one)
	check([(v['body'], v['timeUtc']) for v in one[0]['foundIn']['revisions']] == [('Ubicu te', '2024-01-31T14:06:40Z')] and
		list(one[0]['foundIn']) == ['revisions'], 'and shown: %r' % one)
	text = shown('ubicu')
	check(len(text) == 1 and text[0][1:] == ['+38761123456: Vidimo se u sedam', 'earlier version 2024-01-31T14:06:40Z: Ubicu te'],
		'in text: %r' % text)
	check('foundIn' not in hits('sedam')[0] and len(shown('sedam')[0]) == 2, 'a word of the present text shows it alone')
	check(hits('sedam')[0]['flags'] == ['edited'] and shown('sedam')[0][0].endswith(' claimed  [edited later]'), 'but says that it was edited: %r' % shown('sedam'))
	fates = {(h['exhibit'], h['chat'], h['n']): h.get('flags', []) for h in hits('--kind', 'message')}
	check(fates == of, 'a hit says what the timeline does: %r' % fates)
	both = hits('ubicu', 'sedam')
	check([v['body'] for v in both[0]['foundIn']['revisions']] == ['Ubicu te'], 'one word now, one before: %r' % both)
	check('foundIn' in hits('ubic*')[0] and 'foundIn' in hits('"ubicu te"')[0], 'the beginning of a word, words side by side')
	check(not hits('"ubicu sedam"'), 'no phrase across versions')
	first = hits('prvo')
	check([(h['exhibit'], h['n'], h['text'], [v['body'] for v in h['foundIn']['revisions']]) for h in first] ==
		[(1, 2, 'ispravljeno', ['prvo'])], 'Signal: %r' % first)
	answered = [h for h in hits('zdravo') if h.get('n') == 2]
	check([h['foundIn'] for h in answered] == [{'replyText': 'Zdravo'}], 'what it answers: %r' % answered)
	check(['replyText: Zdravo'] == [x for hit in shown('zdravo') for x in hit if x.startswith('replyText')], 'and in text')
	gone = [hit[0] for hit in shown('--item', '1', '--kind', 'message') if ', message 3, deleted' in hit[0]]
	check(len(gone) == 1, 'a deleted message says so: %r' % gone)
	check('equals' in cli.evidence('index'), 'the index is that of the log')
	before = hits('ubicu')
	os.remove(cli.path('case', '.case', 'index.sqlite'))
	check(hits('ubicu') == before, 'the same without an index')

	cli.evidence('export', '--as', 'csv', cli.path('view.csv'))
	with open(cli.path('view.csv'), encoding='utf-8', newline='') as f:
		table = [r for r in csv.DictReader(f) if r['kind'] == 'message']
	marks = {(r['exhibit'], r['chat'], r['n']): (r['type'], r['flags']) for r in table}
	check(marks['2', '1', '1'] == ('text', 'edited') and marks['2', '1', '3'] == ('deleted', 'edited') and
		marks['2', '2', '1'] == ('text', 'recently-deleted') and marks['1', '1', '3'] == ('deleted', '') and
		marks['1', '1', '1'] == ('text', ''), 'the table: %r' % marks)
	earlier = {(r['exhibit'], r['n']): [v['body'] for v in json.loads(r['earlier'])] for r in table if r['earlier']}
	check(earlier == {('2', '1'): ['Ubicu te', 'Vidimo se', 'Vidimo se u sedam'], ('1', '2'): ['prvo']}, 'older texts: %r' % earlier)
	cli.evidence('export', '--as', 'timesketch', cli.path('time.csv'))
	with open(cli.path('time.csv'), encoding='utf-8', newline='') as f:
		flags = [(r['message'], r['flags']) for r in csv.DictReader(f) if r['message'].startswith('message')]
	check(sum('"recently-deleted"' in x for _, x in flags) == 1 and sum('"edited"' in x for _, x in flags) == 4 and
		sum('message (deleted)' in m for m, _ in flags) == 2, 'the timeline: %r' % flags)

	# A threat by Marko that Ana forwards: of three forwarded together the first alone names him in the export.
	shutil.copy(os.path.join(formats, 'chat-telegram-html', 'forwarded.html'), cli.path('forwarded.html'))
	cli.evidence('add', '--quiet', cli.path('forwarded.html'))
	cli.evidence('read')
	rows = [json.loads(x) for x in cli.evidence('timeline', '--json', '--item', '3').splitlines()]
	passed_on = {r['n']: r.get('forwardedFrom') for r in rows if 'forwarded' in r.get('flags', [])}
	check(passed_on == {2: 'Marko', 3: 'Marko', 4: 'Marko', 6: None, 9: 'Jovan', 10: 'Jovan', 13: None}, 'forwarded: %r' % passed_on)
	lines = {x.split(': ', 1)[1].split('  [')[0]: x.split('  [')[1] for x in cli.evidence('timeline', '--item', '3').splitlines() if '  [' in x and ': ' in x}
	check(lines['znas gde zivim'].endswith('forwarded from Marko]') and lines['necije'].endswith('; forwarded]') and
		'forwarded' not in lines['zdravo'], 'forwarded, in words: %r' % lines)
	found = {h['n']: (h.get('flags'), h.get('forwardedFrom')) for h in hits('--item', '3', '--kind', 'message')}
	check({n: of for n, (flags, of) in found.items() if flags == ['forwarded']} == passed_on and found[1] == (None, None), 'forwarded, as hits: %r' % found)
	heads = {hit[1].split(': ', 1)[1]: hit[0] for hit in shown('--item', '3', '--kind', 'message') if ': ' in hit[1]}
	check(heads['znas gde zivim'].endswith('  [forwarded from Marko]') and heads['necije'].endswith('  [forwarded]') and
		'forwarded' not in heads['zdravo'], 'forwarded, as hits in words: %r' % heads)
	cli.evidence('export', '--as', 'csv', cli.path('forwarded.csv'))
	with open(cli.path('forwarded.csv'), encoding='utf-8', newline='') as f:
		table = {r['text']: r['flags'].split() for r in csv.DictReader(f) if r['kind'] == 'message' and r['exhibit'] == '3'}
	check(table['znas gde zivim'] == ['inherited-sender', 'forwarded'] and table['zdravo'] == [], 'forwarded, in the table: %r' % table)
	print('altered: ok')


main()
