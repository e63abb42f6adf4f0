"""entries: the entry that a capture of a page left in a case, read as its format says."""
import gzip
import io
import json
import os
import zipfile

from desk import Cli, check


def records(t, seq):
	with open('%s/custody/%08d/records.jsonl' % (t.case, seq), encoding='utf-8') as f:
		return [json.loads(line) for line in f]


def last(t):
	return len(os.listdir(t.case + '/custody'))


class Page:
	"""The entry of one page: its items by part, its findings."""

	def __init__(self, t, seq):
		entry = json.load(open('%s/custody/%08d/entry.json' % (t.case, seq)))
		check(entry['action'] == 'capture' and entry['details']['observed'] == 'tool', 'observed by the tool')
		lines = records(t, seq)
		content = {r['id']: r for r in lines if r['kind'] == 'content'}
		self.facts = {r['capture']['part']: r['capture'] for r in lines if r['kind'] == 'origin'}
		self.path = {r['capture']['part']: t.case + '/' + content[r['item']]['path'] for r in lines if r['kind'] == 'origin'}
		self.found = [r['code'] for r in lines if r['kind'] == 'observation']
		self.words = [r.get('text') for r in lines if r['kind'] == 'observation']

	def read(self, part):
		with open(self.path[part], 'rb') as f:
			return f.read()

	def bodies(self, truncated=None):
		"""Response bodies by URL, out of the WARC in the WACZ, read by its lengths alone (ISO 28500); or those truncated for that reason."""
		with zipfile.ZipFile(io.BytesIO(self.read('traffic'))) as z:
			data, found, at = z.read('archive/data.warc'), {}, 0
		while at < len(data):
			end = data.index(b'\r\n\r\n', at) + 4
			head = dict(line.split(': ', 1) for line in data[at:end].decode().split('\r\n')[1:] if line)
			block = data[end:end + int(head['Content-Length'])]
			if head['WARC-Type'] == 'response' and head.get('WARC-Truncated') == truncated:
				found[head['WARC-Target-URI']] = block[block.index(b'\r\n\r\n') + 4:]
			at = end + len(block) + 4
		return found

	def indexed(self):
		"""The URLs of the index, by which replay programs look pages up."""
		with zipfile.ZipFile(io.BytesIO(self.read('traffic'))) as z:
			lines = gzip.decompress(z.read('indexes/index.cdx.gz')).decode().splitlines()
		return [json.loads(line.split(' ', 2)[2])['url'] for line in lines]


PARTS = {'view', 'full', 'dom', 'page', 'print', 'traffic', 'network'}


def capture(t, *words, **how):
	t.evidence('capture', 'web', *words, **how)
	page = Page(t, last(t))
	check(PARTS <= set(page.path), 'the set of items: %s' % sorted(page.path))
	return page


def open_case(programs):
	"""A case of its own; browsers have their profiles, their home and what else they leave in its folder."""
	t = Cli(programs)
	for name, folder in (('XDG_RUNTIME_DIR', 'run'), ('HOME', 'person'), ('TMPDIR', 'tmp')):
		os.mkdir(t.path(folder), 0o700)
		t.env[name] = t.path(folder)
	t.identity()
	t.run('evidence', 'open', '--number', 'K 1', '--title', 'pages', t.case, '--passphrase-file', t.pass_file)
	return t
