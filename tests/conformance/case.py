#!/usr/bin/env python3
"""case.py PROGRAMS SAMPLES CASE_VALIDATE: `evidence export --as case` conforms to CASE 1.4.0 in the eyes of
case_validate (PyPI case-utils), and holds what the case holds: counts are those of the samples, made by hand."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
from cli import Cli, check, fail, sha256

CHAT = """13/02/2024, 09:05 - Ana: first
13/02/2024, 09:06 - +381 64 123: second
13/02/2024, 09:07 - Ana: "third" \\ and\u0001
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


def main():
	cli, samples, validate = Cli(sys.argv[1]), sys.argv[2], sys.argv[3]
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '7', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('note', 'a note')
	photo = next(os.path.join(at, n) for at, _, names in sorted(os.walk(samples)) for n in sorted(names) if n.endswith('.jpg'))
	chat = cli.write('WhatsApp Chat with Ana.txt', CHAT.encode())
	cli.evidence('add', '--quiet', chat, photo, reads=True)
	cli.evidence('export', '--as', 'case', cli.path('view.jsonld'))
	check('exists already' in cli.evidence('export', '--as', 'case', cli.path('view.jsonld'), expect=73), 'replaced')
	with open(cli.path('view.jsonld'), encoding='utf-8') as f:
		view = json.load(f)
	all_nodes = nodes(view, [])
	types = lambda t: [n for n in all_nodes if n.get('@type') == t]
	check(view['@type'] == 'core:Bundle' and 'Derived view, not the evidence' in view['core:description'], 'what it is')
	hashes = {h['types:hashValue']['@value'] for h in types('types:Hash') if h['types:hashMethod'] == 'SHA256'}
	check(hashes == {sha256(chat), sha256(photo)} , 'digests')
	facets = types('observable:MessageFacet')
	check([f['observable:messageText'] for f in facets] == ['first', 'second', '"third" \\ and\u0001'], 'messages: %r' % facets)
	check(not any('observable:sentTime' in f for f in facets), 'an instant where the source has no zone')
	senders = {n['@id'] for n in types('observable:DigitalAccount')}
	check(len(senders) == 2, 'two who wrote: %r' % senders)
	check(len(types('case-investigation:ProvenanceRecord')) == 2 and len(types('observable:EXIFFacet')) > 5, 'exhibits, EXIF')
	check([n['core:statement'] for n in types('core:Annotation') if n['core:name'] == 'note'] == ['a note'], 'the note')
	done = subprocess.run([validate, '--built-version', 'case-1.4.0', cli.path('view.jsonld')], capture_output=True, check=False)
	if done.returncode != 0 or b'Conforms: True' not in done.stdout:
		fail('case_validate: exit %d\n%s%s' % (done.returncode, done.stdout.decode(), done.stderr.decode()))
	print('case: ok')


main()
