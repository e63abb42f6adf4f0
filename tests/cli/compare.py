#!/usr/bin/env python3
"""compare.py PROGRAMS: `evidence compare` over pairs of exports whose differences were counted by hand: messages
added, gone, edited, deleted, moved; an export made in another zone; one without media; ids; a chat that is in one
export alone; a read-out that is missing. The entry verifies in a sealed bundle."""
import json
import sys

from cli import Cli, check

OLDER = '''13/02/2024, 09:00 - Ana: Dobro jutro
13/02/2024, 09:01 - Marko: Jutro
13/02/2024, 09:02 - Ana: Vidimo se u pet
13/02/2024, 09:03 - Marko: IMG-20240213-WA0001.jpg (file attached)
13/02/2024, 09:10 - Marko: Ubi\u0107u te
13/02/2024, 09:11 - Ana: Molim te prestani
13/02/2024, 09:12 - Ana: ok
13/02/2024, 09:12 - Ana: ok
14/02/2024, 10:00 - Marko: Izvini
'''
# one edited (09:02), one without media (09:03), one gone (09:10), one deleted (09:11), one put in (09:13),
# one moved (Jutro, in front of Dobro jutro), two behind; the two equal "ok" are the same, and so is Izvini
NEWER = '''13/02/2024, 09:01 - Marko: Jutro
13/02/2024, 09:00 - Ana: Dobro jutro
13/02/2024, 09:02 - Ana: Vidimo se u sest <This message was edited>
13/02/2024, 09:03 - Marko: <Media omitted>
13/02/2024, 09:11 - Ana: This message was deleted
13/02/2024, 09:12 - Ana: ok
13/02/2024, 09:12 - Ana: ok
13/02/2024, 09:13 - Ana: Nisam se nikad bojala
14/02/2024, 10:00 - Marko: Izvini
15/02/2024, 08:00 - Ana: Ne pisi mi vise
15/02/2024, 08:01 - Marko: Dobro
'''


def shifted(text, hours):
	out = []
	for line in text.splitlines(True):
		out.append(line[:12] + '%02d' % (int(line[12:14]) + hours) + line[14:])
	return ''.join(out)


def telegram(messages):
	return json.dumps({'name': 'Marko', 'type': 'personal_chat', 'id': 7, 'messages': [
		{'id': i, 'type': 'message', 'date': '2024-02-13T09:00:00', 'date_unixtime': str(1707811200 + i),
			'from': 'Marko', 'from_id': 'user43', 'text': text, 'text_entities': []} for i, text in messages]})


def signal(extra):
	frames = [{'version': '1', 'backupTimeMs': '1715636551000'},
		{'account': {'givenName': 'Ana'}},
		{'recipient': {'id': '1', 'self': {}}},
		{'recipient': {'id': '2', 'contact': {'profileGivenName': 'Marko', 'e164': '38761123456'}}},
		{'chat': {'id': '4', 'recipientId': '2'}}]
	frames += [{'chatItem': {'chatId': '4', 'authorId': '2', 'dateSent': str(1715636551000 + i), 'incoming': {},
		'standardMessage': {'text': {'body': text}}}} for i, text in extra]
	return ''.join(json.dumps(f) + '\n' for f in frames)


def main():
	cli = Cli(sys.argv[1])
	pin = cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	exports = [OLDER, NEWER, OLDER, shifted(OLDER, 1),
		telegram([(1, 'a'), (2, 'b'), (3, 'c'), (5, 'e')]), telegram([(1, 'a'), (3, 'C'), (4, 'd'), (5, 'e'), (6, 'f')]),
		signal([(1, 'x'), (2, 'y')]), signal([(2, 'y'), (3, 'z')])]
	for n, text in enumerate(exports):
		name = 'WhatsApp Chat with Marko.txt' if n < 4 else 'result.json' if n < 6 else 'main.jsonl'
		cli.evidence('add', '--quiet', cli.write('source%d/%s' % (n, name), text.encode()))
	check('evidence read' in cli.evidence('compare', '1', '2', expect=66), 'items that were not read')
	cli.evidence('read')

	def compare(older, newer, expect):
		lines = [json.loads(x) for x in cli.evidence('compare', '--json', older, newer, expect=expect).splitlines()]
		found = {}
		for r in lines:
			if r['kind'] == 'difference':
				key = r['code'] + ('/' + r['place'] if 'place' in r else '')
				found[key] = found.get(key, 0) + r.get('messages', 1)
		return found, [r for r in lines if r['kind'] == 'comparison'], lines

	found, summary, lines = compare('1', '2', 1)
	check(found == {'edited': 1, 'media': 1, 'gone/within': 1, 'deleted': 1, 'added/within': 1, 'reordered': 1,
		'added/behind': 2}, 'counted by hand, found %r' % found)
	check(len(summary) == 1 and summary[0]['same'] == 4 and summary[0]['pairedBy'] == 'title' and
		summary[0]['times'] == 'local', 'the summary: %r' % summary)
	gone = [r for r in lines if r.get('code') == 'gone'][0]['first']
	shown = [json.loads(x) for x in cli.evidence('show', '--json', gone).splitlines()]
	check(any(r.get('body') == 'Ubi\u0107u te' for r in shown), 'what is gone: %r' % shown)
	text = cli.evidence('compare', '1', '2', expect=1)
	check('Ubi\u0107u te' in text and '1 gone (1 within)' in text and 'Vidimo se u sest' in text, text)

	found, summary, _ = compare('1', '3', 0)
	check(found == {} and summary[0]['same'] == 9, 'the same text: %r' % found)

	found, summary, _ = compare('1', '4', 0)
	check(found == {} and summary[0]['same'] == 9, 'another zone: %r %r' % (found, summary))
	check(summary[0]['shifts'][0] == {'laterBySeconds': '+3600', 'messages': 9}, 'the shift: %r' % summary)

	found, summary, lines = compare('5', '6', 1)
	check(found == {'gone/within': 1, 'edited': 1, 'added/within': 1, 'added/behind': 1}, 'by id: %r' % found)
	check(summary[0]['pairedBy'] == 'chat-id' and summary[0]['times'] == 'utc' and summary[0]['same'] == 2, 'by id: %r' % summary)
	check([r['matchedBy'] for r in lines if r.get('code') == 'edited'] == ['id'], 'by id: %r' % lines)

	found, summary, _ = compare('7', '8', 1)
	check(found == {'gone/before': 1, 'added/behind': 1} and summary[0]['same'] == 1, 'signal: %r' % found)

	found, summary, lines = compare('1', '5', 1)
	check(summary[0]['pairedBy'] == 'title', 'two platforms: %r' % summary)
	check('one item' in cli.evidence('compare', '1', '1', expect=64), 'with itself')
	with open(cli.path('case', 'custody', '%08d' % 11, 'entry.json'), 'rb') as f:
		entry = json.load(f)
	check(entry['action'] == 'compare' and entry['details'] == {'method': 'exports'}, 'the entry: %r' % entry)
	with open(cli.path('case', 'custody', '%08d' % 11, 'records.jsonl'), 'rb') as f:
		scope = [r['first'] for r in map(json.loads, f) if r['kind'] == 'scope']
	check(scope == ['2/2', '3/2'], 'what it speaks of: %r' % scope)
	cli.evidence('check')
	cli.evidence('seal', cli.path('case.asice'))
	check(cli.verdict('--pin', pin, cli.path('case.asice'))['verdict'] == 'TOTAL-PASSED', 'a case with comparisons verifies')
	print('compare: ok')


main()
