"""A case described in Python becomes the files of a bundle, exactly per docs/format.md.

Every step can be bent: `Entry` and `Case` have hooks, named after when they act. A hook before signing makes what
somebody who holds the key could make; a hook after it makes what somebody without the key could.
"""
import base64
import datetime
import hashlib
import zlib

from . import cjson, cms, merkle, zipw
from .cert import Cert
from .keys import EcKey

CASE_ID = '1f0c9a3e-5b7d-4c2a-9e10-7a6b5c4d3e2f'
OTHER_ID = '2e1d0c9b-8a79-4687-b5a4-93827160f5e4'
TOOL = {'build': 'a1b2c3d', 'name': 'vectors', 'version': '1.0'}
ACTOR = {'name': 'Ana Anić', 'organisation': 'Test Centre', 'role': 'advocate'}
MIME = 'application/vnd.etsi.asic-e+zip'
TAGS = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt']
MANIFEST, SIGNATURE = 'META-INF/ASiCManifest001.xml', 'META-INF/signature001.p7s'
UUID = 'c0ffee00-1234-4567-89ab-0123456789ab'

_certs = {}


def signer(name, **options):
	"""The certificate of an EC P-256 test key, made once a name."""
	at = (name, repr(sorted(options.items())))
	if at not in _certs:
		_certs[at] = Cert(EcKey(name), **options)
	return _certs[at]


def hexsha(data):
	return getattr(data, 'sha256', None) or hashlib.sha256(data).hexdigest()      # gen/large.py knows its own


def b64url(data):
	return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def content(data, ext='jpg', role=None, exhibit=None, **more):
	"""A content record; the exhibit number is set when the entry needs one, unless given or False."""
	return dict(kind='content', _data=data, _ext=ext, _exhibit=exhibit, **({'role': role} if role else {}), **more)


def scope(first, last=None):
	return {'kind': 'scope', 'first': first, 'last': last or first}


def circumstances(**more):
	return dict({'kind': 'circumstances', 'actor': ACTOR, 'clock': {'source': 'system'}}, **more)


class Entry:
	def __init__(self, seq, action, details, records, signer_, time):
		self.seq, self.action, self.details, self.records = seq, action, details, records
		self.signer, self.time, self.tool = signer_, time, TOOL
		self.token = None            # bytes of token.tst
		self.edit = None             # changes the object of entry.json, before signing
		self.edit_json = None        # changes its bytes, before signing
		self.late_json = None        # … after signing
		self.edit_lines = None       # changes the record lines, before root and count
		self.late_lines = None       # … after signing
		self.late_p7s = None
		self.cms = {}                # options of cms.sign
		self.name = '%08d' % seq     # folder

	def contents(self):
		return [(k, r) for k, r in enumerate(self.records, 1) if isinstance(r, dict) and r.get('kind') == 'content']


class Case:
	def __init__(self, custodian=None, case_id=CASE_ID, start='2026-11-22T03:04:05.678Z', describe=True,
			base=None):
		self.custodian = custodian or signer('custodian')
		self.case_id, self.base = case_id, base or 'case-' + case_id[:8]
		self.clock = datetime.datetime.strptime(start, '%Y-%m-%dT%H:%M:%S.%fZ')
		self.entries, self.exhibit = [], 0
		self.withhold, self.lost = None, None      # None: as the rules of §6 say
		self.seal_signer, self.seal_cms, self.seal_time = None, {}, None
		self.hooks = {}                            # payload, tags, manifest, final: each gets the dict of files
		self.zip = {}                              # options of zipw.container
		self.members_hook = None                   # gets the list of members, may return another
		self.bytes_hook = None                     # gets the file's bytes
		if describe:
			self.add('open', records=[content(b'{"title":"synthetic case"}', 'json', 'description')])

	def tick(self, seconds=60):
		self.clock += datetime.timedelta(seconds=seconds)

	def now(self):
		return self.clock.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (self.clock.microsecond // 1000)

	def add(self, action, details=None, records=(), signer=None, time=None, bare=False):
		"""Appends an entry; circumstances come first unless `bare`."""
		records = ([] if bare else [circumstances()]) + list(records)
		if action in ('acquire', 'capture'):
			for r in records:
				if r.get('kind') == 'content' and 'role' not in r and r.get('_exhibit') is None:
					self.exhibit += 1
					r['_exhibit'] = self.exhibit
		e = Entry(len(self.entries) + 1, action, dict(details or {}), records, signer or self.custodian, time or self.now())
		self.entries.append(e)
		self.tick()
		return e

	def acquire(self, *records, **o):
		return self.add('acquire', {'basis': 'own-device', 'observed': 'file'}, records, **o)

	def note(self, data=b'seen on the phone', **o):
		return self.add('note', {'type': 'note'}, [content(data, 'txt', 'note')], **o)

	def seal(self, disclose=None, extent='whole', scope_='all', timestamp='none', records=(), **o):
		return self.add('seal', {'disclose': disclose, 'extent': extent, 'scope': scope_, 'timestamp': timestamp},
			records, **o)

	def disclose(self, *ranges, extent='extract', **o):
		return self.add('disclose', {'extent': extent},
			[content(b'{"left out":"names of others"}', 'json', 'statement')] + [scope(*r) for r in ranges], **o)

	# -- building ---------------------------------------------------------------------------------------------

	def record_line(self, e, k, record):
		if isinstance(record, bytes):
			return record
		obj = {key: v for key, v in record.items() if not key.startswith('_') or key == '__proto__'}
		if '_data' in record:
			data = record['_data']
			path = 'data/%08d/%08d.%s' % (e.seq, k, record['_ext'])
			obj = dict({'crc32': '%08x' % (data.crc if hasattr(data, 'crc') else zlib.crc32(data)), 'path': path, 'sha256': hexsha(data),
				'sha512': getattr(data, 'sha512', None) or hashlib.sha512(data).hexdigest(), 'size': len(data)}, **obj)
			if record['_exhibit']:
				obj.setdefault('exhibit', record['_exhibit'])
		seed = hashlib.sha256(('salt %s %d/%d' % (self.case_id, e.seq, k)).encode()).digest()[:16]
		obj = dict({'case': self.case_id, 'id': '%d/%d' % (e.seq, k), 'salt': b64url(seed)}, **obj)
		for gone in [key for key, v in obj.items() if v is Ellipsis]:
			del obj[gone]
		return cjson.dumps(obj)

	def entry(self, e, before):
		"""Computes lines, entry.json and entry.p7s of one entry."""
		e.lines = [self.record_line(e, k, r) for k, r in enumerate(e.records, 1)]
		if e.edit_lines:
			e.lines = e.edit_lines(e.lines)
		e.leaves = [merkle.leaf(line) for line in e.lines]
		details = dict(e.details)
		if e.action == 'timestamp':
			if 'signature' not in details:
				details['signature'] = hexsha(self.entries[details['entry'] - 1].p7s)
			details.setdefault('token', hexsha(e.token or b''))
		previous = None
		if before is not None:
			previous = {'entry': hexsha(before.json), 'signature': hexsha(before.p7s)}
		e.object = {'action': e.action, 'caseId': self.case_id, 'certificate': e.signer.id, 'details': details,
			'format': 'libevidence-custody-1', 'previous': previous,
			'records': {'count': len(e.lines), 'root': merkle.root(e.leaves).hex()}, 'seq': e.seq, 'time': e.time,
			'tool': e.tool}
		if e.edit:
			e.edit(e.object)
		e.json = cjson.dumps(e.object)
		if e.edit_json:
			e.json = e.edit_json(e.json)
		e.p7s = cms.sign(e.json, e.signer, e.time, **e.cms)

	def named(self, e):
		"""The record ids that the scope records of `e` name."""
		out = set()
		for r in e.records:
			if isinstance(r, dict) and r.get('kind') == 'scope':
				s, first = (int(x) for x in r['first'].split('/'))
				out |= {(s, k) for k in range(first, int(r['last'].split('/')[1]) + 1)}
		return out

	def rules(self):
		"""(withheld ids, lost ids) as docs/format.md §6 names them."""
		left = set()
		for i, e in enumerate(self.entries):
			after = self.entries[i + 1] if i + 1 < len(self.entries) else None
			if e.action == 'dispose':
				left |= self.named(e)
			if e.action == 'seal' and e.details.get('disclose') and (after is None or after.action == 'receive'):
				n = e.details['disclose']
				d = self.entries[n - 1] if 1 <= n <= len(self.entries) else e
				if d.action == 'disclose' and d.details['extent'] == 'extract':
					left |= self.named(d)
		kept = set()
		for s, k in left:
			e = self.entries[s - 1]
			r = e.records[k - 1]
			kind, role = r.get('kind'), r.get('role')
			if kind in ('scope', 'correction') or kind == 'content' and (
					role == 'validation' or e.action == 'disclose'):
				kept.add((s, k))
		lost = set()
		for e in self.entries:
			if e.action == 'lost':
				lost |= {(s, k) for s, k in self.named(e)
					if self.entries[s - 1].records[k - 1].get('kind') == 'content'}
		return left - kept, lost - (left - kept)

	def records_file(self, e, withheld):
		out, k, n = [], 1, len(e.lines)
		while k <= n:
			if (e.seq, k) not in withheld:
				out.append(e.lines[k - 1])
				k += 1
				continue
			last = k
			while (e.seq, last + 1) in withheld:
				last += 1
			out.append(cjson.dumps({'hashes': merkle.cover(e.leaves, k, last), 'withheld': [k, last]}))
			k = last + 1
		if e.late_lines:
			out = e.late_lines(out)
		return out if isinstance(out, bytes) else b''.join(line + b'\n' for line in out)

	def folder(self):
		"""The files under the base folder but the tag files, name → bytes."""
		before = None
		for e in self.entries:
			self.entry(e, before)
			before = e
		withheld, lost = self.rules()
		if self.withhold is not None:
			withheld = self.withhold
		if self.lost is not None:
			lost = self.lost
		self.is_withheld, self.is_lost = withheld, lost
		files = {}
		for e in self.entries:
			at = '%s/custody/%s/' % (self.base, e.name)
			files[at + 'entry.json'] = e.late_json(e.json) if e.late_json else e.json
			files[at + 'entry.p7s'] = e.late_p7s(e.p7s) if e.late_p7s else e.p7s
			files[at + 'records.jsonl'] = self.records_file(e, withheld)
			if e.token is not None:
				files[at + 'token.tst'] = e.token
			for k, r in e.contents():
				if '_data' in r and (e.seq, k) not in withheld and (e.seq, k) not in lost:
					files['%s/data/%08d/%08d.%s' % (self.base, e.seq, k, r['_ext'])] = r['_data']
		return files

	def tag_files(self, files):
		base = self.base + '/'
		data = {n: files[n] for n in files if n.startswith(base + 'data/')}
		last = self.entries[-1]
		files[base + 'bagit.txt'] = b'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'
		files[base + 'bag-info.txt'] = ('Bagging-Date: %s\nExternal-Identifier: %s\nCustody-Head: %s\n'
			'Payload-Oxum: %d.%d\n' % (last.time[:10], self.case_id, hexsha(last.json),
				sum(len(d) for d in data.values()), len(data))).encode()
		files[base + 'manifest-sha256.txt'] = bag_manifest(base, data)
		tags = {n: files[n] for n in files if n.startswith(base + 'custody/') or n in
			[base + 'bag-info.txt', base + 'bagit.txt', base + 'manifest-sha256.txt']}
		files[base + 'tagmanifest-sha256.txt'] = bag_manifest(base, tags)

	def asic(self, files):
		if self.entries[-1].details.get('scope') == 'tags':
			files = {n: files[n] for n in files if n in [self.base + '/' + t for t in TAGS]}
		return asic_manifest([(n, bytes.fromhex(hexsha(files[n]))) for n in sorted(files, key=str.encode)
			if not n.startswith('META-INF/')])

	def files(self):
		def hook(name):
			if name in self.hooks:
				self.hooks[name](files)
		files = self.folder()
		hook('payload')
		self.tag_files(files)
		hook('tags')
		files[MANIFEST] = self.asic(files)
		hook('manifest')
		last = self.entries[-1]
		files[SIGNATURE] = cms.sign(files[MANIFEST], self.seal_signer or last.signer, self.seal_time or last.time,
			**self.seal_cms)
		hook('final')
		return files

	def members(self):
		files = self.files()
		names = sorted(files, key=lambda n: (n.startswith('META-INF/'), n.encode()))
		return [zipw.Member('mimetype', MIME.encode())] + [zipw.Member(n, files[n]) for n in names]

	def bundle(self):
		"""The bytes of the bundle."""
		members = self.members()
		if self.members_hook:
			members = self.members_hook(members) or members
		data = zipw.container(members, **self.zip)
		return self.bytes_hook(data) if self.bytes_hook else data

	def facts(self):
		"""What a report on this bundle must say (docs/verify.md §6); call after `bundle`."""
		shown = [(e, k, r) for e in self.entries for k, r in e.contents() if (e.seq, k) not in self.is_withheld]
		there = [r for e, k, r in shown if (e.seq, k) not in self.is_lost]
		last = self.entries[-1]
		return {'caseId': self.case_id, 'extent': last.details.get('extent'), 'head': hexsha(last.json),
			'sealDigest': hexsha(self.asic(self.files())), 'counts': {
				'bytes': sum(len(r['_data']) for r in there), 'entries': len(self.entries), 'items': len(shown),
				'lost': len(self.is_lost), 'records': sum(len(e.lines) for e in self.entries),
				'withheld': len(self.is_withheld)}}


def bag_manifest(base, files):
	return b''.join(hexsha(files[n]).encode() + b'  ' + n[len(base):].encode() + b'\n'
		for n in sorted(files, key=str.encode))


def asic_manifest(pairs):
	line = ('<asic:DataObjectReference URI="%s"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
		'<ds:DigestValue>%s</ds:DigestValue></asic:DataObjectReference>\n')
	return ('<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
		'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n<asic:SigReference URI="META-INF/signature001.p7s" '
		'MimeType="application/pkcs7-signature"/>\n' + ''.join(
			line % (n, base64.b64encode(d).decode()) for n, d in pairs) + '</asic:ASiCManifest>\n').encode()
