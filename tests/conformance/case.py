#!/usr/bin/env python3
"""case.py PROGRAMS SAMPLES CASE_VALIDATE: `evidence export --as case` conforms to CASE 1.4.0 in the eyes of
case_validate (PyPI case-utils), and holds what the case holds: of small cases and of all samples, whose counts were
made by hand (tests/samples/facts.tsv)."""
import csv
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
from cli import Cli, check, fail, sha256, zipped

CHAT = """13/02/2024, 09:05 - Ana: first
13/02/2024, 09:06 - +381 64 123: second
13/02/2024, 09:07 - Ana: "third" \\ and\u0001
13/02/2024, 09:08 - Ana: IMG-20240213-WA0001.jpg (file attached)
"""
SMS = """<?xml version="1.0"?>
<smses count="2">
<sms protocol="0" address="+38761123456" date="1706965509000" type="1" body="Zdravo" contact_name="Emir" />
<sms protocol="0" address="+38761123456" date="1706965510000" type="2" body="Ne" contact_name="Emir" />
</smses>
"""
# RFC 4122: version 5, variant 10
ID = re.compile(r'urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}')


def nodes(x, out):
	"""Every object that is a node, not a typed literal; each must have an id."""
	if isinstance(x, list):
		for y in x:
			nodes(y, out)
	elif isinstance(x, dict) and '@value' not in x:
		check(ID.fullmatch(x.get('@id', '')), 'a node without an id that CASE takes: %r' % x)
		out.append(x)
		for key, y in x.items():
			if key != '@context':
				nodes(y, out)
	return out


def validate(program, path):
	done = subprocess.run([program, '--built-version', 'case-1.4.0', path], capture_output=True, check=False)
	if done.returncode != 0 or b'Conforms: True' not in done.stdout:
		fail('case_validate: exit %d\n%s%s' % (done.returncode, done.stdout.decode(), done.stderr.decode()))


class View:
	"""What is written of a node in several places is one node: members that have several values are lists."""

	def __init__(self, path):
		with open(path, encoding='utf-8') as f:
			self.top = json.load(f)
		self.node = {}
		for n in nodes(self.top, []):
			whole = self.node.setdefault(n['@id'], {})
			for key, value in n.items():
				for one in value if isinstance(value, list) else [value]:
					if one not in whole.setdefault(key, []):
						whole[key].append(one)

	def types(self, t):
		return [n for n in self.node.values() if n.get('@type') == [t]]

	def of(self, reference):
		return self.node[reference['@id']]

	def threads(self):
		"""The messages of each chat in their order, by following the items back from the last."""
		out = []
		for thread in self.types('types:Thread'):
			items = [self.of(i) for i in thread['co:item']]
			before = {i['@id'][0]: i['types:threadPreviousItem'][0]['@id'] for i in items if 'types:threadPreviousItem' in i}
			at = (set(i['@id'][0] for i in items) - set(before.values())).pop()
			chain = [at]
			while at in before:
				at = before[at]
				chain.insert(0, at)
			check(len(chain) == len(items), 'a chat in pieces')
			out.append([self.of(self.node[i]['co:itemContent'][0]) for i in chain])
		return out

	def attached(self):
		return [(self.of(r['core:source'][0]), self.of(r['core:target'][0])) for r in self.types('observable:ObservableRelationship')
			if r['core:kindOfRelationship'] == ['Attachment_Of']]


def log(view, names):
	"""Every entry is an action, informed by the one before it, done by somebody, in the order of the log."""
	actions = view.types('case-investigation:InvestigativeAction')
	check([a['core:name'][0] for a in actions] == names, 'the log: %r' % [a['core:name'] for a in actions])
	for i, a in enumerate(actions):
		check(a.get('case-investigation:wasInformedBy', []) == ([{'@id': actions[i - 1]['@id'][0]}] if i else []), 'the chain')
		check(view.of(a['action:performer'][0])['core:name'] == ['Ana'], 'who acted')
		check(view.of(a['action:instrument'][0])['@type'] == ['tool:Tool'], 'with what')
	return {a['core:name'][0]: a for a in actions}


def small(cli, samples, program):
	cli.evidence('note', 'a note')
	photo = next(os.path.join(at, n) for at, _, names in sorted(os.walk(samples)) for n in sorted(names) if n.endswith('.jpg'))
	chat = cli.write('WhatsApp Chat with Ana.txt', CHAT.encode())
	cli.evidence('add', '--quiet', chat, photo, reads=True)
	cli.evidence('export', '--as', 'case', cli.path('view.jsonld'))
	check('exists already' in cli.evidence('export', '--as', 'case', cli.path('view.jsonld'), expect=73), 'replaced')
	view = View(cli.path('view.jsonld'))
	check(view.top['@type'] == 'core:Bundle' and 'Derived view, not the evidence' in view.top['core:description'], 'what it is')
	hashes = {h['types:hashValue'][0]['@value'] for h in view.types('types:Hash') if h['types:hashMethod'] == ['SHA256']}
	check(hashes == {sha256(chat), sha256(photo)}, 'digests')
	texts = lambda messages: [view.of(m['core:hasFacet'][0])['observable:messageText'][0] for m in messages]
	facets = view.types('observable:MessageFacet')
	check(not any('observable:sentTime' in f for f in facets), 'an instant where the source has no zone')
	threads = view.threads()
	check(len(threads) == 1 and texts(threads[0])[:3] == ['first', 'second', '"third" \\ and\u0001'] and len(threads[0]) == 4,
		'one chat, its messages in their order: %r' % threads)
	senders = {n['@id'][0] for n in view.types('observable:DigitalAccount')}
	facet = view.types('observable:MessageThreadFacet')
	check(len(senders) == 2 and {p['@id'] for p in facet[0]['observable:participant']} == senders, 'two who wrote: %r' % senders)
	(attachment, message), = view.attached()
	check(attachment['core:description'] == ['attachment, absent'] and message is threads[0][3], 'the attachment of the fourth message')
	check(any(f.get('observable:fileName') == ['IMG-20240213-WA0001.jpg'] for f in view.types('observable:FileFacet')), 'its name')
	provenance = {n['@id'][0] for n in view.types('case-investigation:ProvenanceRecord')}
	check(len(provenance) == 2 and len(view.types('observable:EXIFFacet')) > 5, 'exhibits, EXIF')
	note, = (n for n in view.types('core:Annotation') if n['core:name'] == ['note'])
	check(note['core:statement'] == ['a note'], 'the note')
	by = log(view, ['open', 'note', 'acquire', 'read-out', 'export'])
	check({'@id': note['@id'][0]} in by['note']['action:result'], 'who made the note')
	made = {r['@id'] for r in by['acquire']['action:result']}
	files = {n['@id'][0] for n in view.node.values() if n.get('core:description') == ['item']}
	check(len(files) == 2 and made == files | provenance, 'who took the exhibits in')
	for name in ('read-out', 'export'):
		check({o['@id'] for o in by[name]['action:object']} == files, '%s: of what' % name)
	validate(program, cli.path('view.jsonld'))


def nested(cli, samples, program):
	"""Which way messages went, also of one that names nobody; a file in an archive within an archive."""
	cli.evidence('add', '--quiet', cli.write('sms.xml', SMS.encode()), cli.write('outer.zip', zipped(inner=zipped(file='1'))), reads=True)
	cli.evidence('export', '--as', 'case', cli.path('nested.jsonld'))
	view = View(cli.path('nested.jsonld'))
	sms, = view.threads()
	check([m['core:description'] for m in sms] == [['1706965509000', 'incoming'], ['1706965510000', 'outgoing']], 'which way: %r' % sms)
	check(['observable:from' in view.of(m['core:hasFacet'][0]) for m in sms] == [True, False], 'who wrote')
	path = lambda n: [view.of(f)['observable:filePath'][0] for f in n['core:hasFacet'] if 'observable:filePath' in view.of(f)][0].split('/')[-1]
	within = {path(view.of(r['core:source'][0])): path(view.of(r['core:target'][0])) for r in view.types('observable:ObservableRelationship')
		if r['core:kindOfRelationship'] == ['Contained_Within'] and view.of(r['core:source'][0])['@type'] == ['observable:File']}
	check(within == {'file': 'inner', 'inner': 'outer.zip'}, 'what holds what: %r' % within)
	validate(program, cli.path('nested.jsonld'))


def whole(cli, samples, program):
	"""All samples; of the chats entries, attachments named, and media left out were counted by hand."""
	with open(os.path.join(samples, '..', 'facts.tsv'), encoding='utf-8') as f:
		facts = [r for r in csv.reader(f, delimiter='\t', quoting=csv.QUOTE_NONE) if len(r) == 4]
	count = lambda key: [int(r[3]) for r in facts if r[1] == 'hand count' and r[2] == key]
	cli.evidence('add', '--quiet', samples, reads=True)
	cli.evidence('export', '--as', 'case', cli.path('whole.jsonld'))
	view = View(cli.path('whole.jsonld'))
	sums = {r[3] for r in facts if r[1] == 'sha256sum'}
	hashes = {h['types:hashValue'][0]['@value'] for h in view.types('types:Hash') if h['types:hashMethod'] == ['SHA256']}
	check(sums and sums <= hashes, 'digests of all samples')
	check(sorted(len(t) for t in view.threads()) == sorted(count('chat:entries')), 'messages of each chat')
	check(len(view.attached()) == sum(count('chat:attachments_named') + count('chat:media_omitted')), 'attachments')
	validate(program, cli.path('whole.jsonld'))


def main():
	for of in (small, nested, whole):
		cli = Cli(sys.argv[1])
		cli.identity()
		cli.run('evidence', 'open', cli.case, '--number', '7', '--title', 'T', '--passphrase-file', cli.pass_file)
		of(cli, sys.argv[2], sys.argv[3])
	print('case: ok')


main()
