"""Group J: JSON, in entry.json and in records (docs/format.md §2, §3, §6)."""
import json

from . import cjson, merkle
from .case import OTHER_ID, UUID, Case, circumstances, content, hexsha, scope
from .cases_h import AT, GOOD, edit
from .good import closed, disposed, extract, inherited, lost_case, nested, small_extract, statement_named, validation_named, with_acquire, with_seal
from .models import ALICE, BOB, JPEG, entry, final, hook, origin, small

BUILD = b'"build":"a1b2c3d"'


def in_entry(t, case, what, old, new):
	"""Another spelling in entry.json of entry 2, signed so."""
	t.bad(case, 'entry.json: ' + what, lambda: small(entry(2, edit_json=lambda j: swapped(j, old, new))), 'ENTRY_FORM@2')


def swapped(data, old, new):
	if old not in data:
		raise ValueError(old)
	return data.replace(old, new, 1)


def line(change, k=3):
	"""Entry 2 with its k-th record line changed before it is signed."""
	def make():
		c = with_acquire(content(JPEG), {'kind': 'field', 'a': 'x', 'n': 7})
		c.entries[1].edit_lines = lambda lines: lines[:k - 1] + [change(lines[k - 1])] + lines[k:]
		return c
	return make


def in_record(t, case, what, old, new):
	t.bad(case, 'record: ' + what, line(lambda x: swapped(x, old, new)), 'RECORD_FORM@2/3')


def ok_record(t, case, what, value):
	t.good(case, 'record: ' + what, lambda: with_acquire(content(JPEG), {'kind': 'field', 'value': value}))


def both(t, case, what, old_entry, new_entry, old_record, new_record):
	in_entry(t, case, what, old_entry, new_entry)
	in_record(t, case, what, old_record, new_record)


def spellings(t):
	a, x = b'"action":"acquire"', b'"a":"x"'
	both(t, 'J-01', 'a member twice', a, a + b',' + a, x, x + b',' + x)
	both(t, 'J-01', 'a member twice, other value', a, a + b',"action":"note"', x, x + b',"a":"y"')
	both(t, 'J-01', 'a member twice, once escaped', a, a + b',"\\u0061ction":"acquire"', x, x + b',"\\u0061":"x"')
	in_record(t, 'J-02', 'sha256 twice', x, x + b',"sha256":"","sha256":""')
	t.bad('J-02', 'record: a content record with two digests', line(lambda l: swapped(l, b'"sha256":"', b'"sha256":"' + b'0' * 64 + b'","sha256":"'), 2), 'RECORD_FORM@2/2')
	in_entry(t, 'J-03', 'a member in other case', b'"seq":2', b'"Seq":2,"seq":2')
	for v in (b'7.0', b'7e0', b'-0', b'07', b'+7', b'0x7', b'7_0', b'NaN', b'Infinity', b'-7', b'7.', b'.7', b'1E400', b'--7', b'0.1', b'1e-2'):
		in_record(t, 'J-04', 'number ' + v.decode(), b'"n":7', b'"n":' + v)
	for v in (1 << 53, (1 << 53) + 1, 1 << 63, 1 << 64, 10 ** 400):
		in_record(t, 'J-05', 'number %s' % (v if v < 1 << 65 else '10^400'), b'"n":7', b'"n":%d' % v)
	ok_record(t, 'J-05', '2^53 - 1', (1 << 53) - 1)
	ok_record(t, 'J-05', '0', 0)
	for what, new in (('a blank after a colon', b'"a": "x"'), ('a blank before a colon', b'"a" :"x"'), ('a tab', b'\t"a":"x"'), ('CR LF', b'\r"a":"x"'), ('a comment', b'/* x */"a":"x"'), ('single quotes', b"'a':'x'"),
			('no quotes', b'a:"x"')):
		both(t, 'J-06', what, a, new.replace(b'"a"', b'"action"').replace(b'"x"', b'"acquire"'), x, new)
	both(t, 'J-06', 'a comma at the end', b'"version":"1.0"}', b'"version":"1.0",}', b'"}', b'",}')
	t.bad('J-06', 'record: a line comment', line(lambda l: l + b'//x'), 'RECORD_FORM@2/3')
	in_record(t, 'J-07', 'members in another order', b'"a":"x","case"', b'"case":1,"a"')
	t.bad('J-07', 'record: members in reverse order', line(lambda l: json.dumps(dict(reversed(json.loads(l).items())), separators=(',', ':')).encode()), 'RECORD_FORM@2/3')
	for v in (b'\\/', b'\\u002f', b'\\u0041', b'\\u001F', b'\\u0008', b'\\u000a', b'\\u0022', b'\\u007f', b'\\x41', b'\\a', b'\\', b'\\u12', b'\\ud83d\\ude00', b'\\u00e9'):
		in_record(t, 'J-08', 'escape ' + v.decode(), x, b'"a":"' + v + b'"')
	for i in list(range(10)) + [11, 12, 13, 27, 31]:
		in_record(t, 'J-09', 'raw control %02x' % i, x, b'"a":"' + bytes([i]) + b'"')
	ok_record(t, 'J-09', 'raw 7f', '\x7f')
	ok_record(t, 'J-08', 'all short and long escapes', '\x00\x01\b\t\n\f\r\x1f"\\/')
	ok_record(t, 'J-10', 'U+0000, escaped', 'a\x00b')
	for what, v in (('high alone', b'\\ud800'), ('low alone', b'\\udc00'), ('exchanged', b'\\udc00\\ud800'), ('raw', b'\xed\xa0\x80'), ('raw pair (CESU-8)', b'\xed\xa0\xbd\xed\xb8\x80')):
		in_record(t, 'J-11', 'surrogate ' + what, x, b'"a":"' + v + b'"')
	ok_record(t, 'J-11', 'U+1F600 in four bytes', '\U0001f600')
	for v in (b'\xc0\xaf', b'\xe0\x80\xaf', b'\xf0\x80\x80\xaf', b'\xf8\x88\x80\x80\x80', b'\xfe', b'\xff', b'\xc3', b'\xe2\x82', b'\xf4\x90\x80\x80', b'\x80', b'\xc3(', b'\xe2\x82('):
		in_record(t, 'J-12', 'UTF-8 bytes ' + v.hex(), x, b'"a":"' + v + b'"')
		in_entry(t, 'J-12', 'UTF-8 bytes ' + v.hex(), BUILD, b'"build":"' + v + b'"')
	both(t, 'J-13', 'a BOM', b'{"action"', b'\xef\xbb\xbf{"action"', b'{"a"', b'\xef\xbb\xbf{"a"')
	for enc in ('utf-16', 'utf-16-le', 'utf-32'):
		t.bad('J-13', 'entry.json in ' + enc, lambda: small(entry(2, edit_json=lambda j: j.decode().encode(enc))), 'ENTRY_FORM@2')
		t.bad('J-13', 'record in ' + enc, line(lambda l: l.decode().encode(enc).replace(b'\n', b'')), 'RECORD_FORM@2/3')
	ok_record(t, 'J-14', 'U+2028, U+2029, U+0085', '\u2028\u2029\x85')
	ok_record(t, 'J-22', 'NFC and NFD side by side', 'caf\u00e9 cafe\u0301')
	for what, v in (('a list', b'[]'), ('a string', b'"x"'), ('a number', b'7'), ('null', b'null'), ('nothing', b''), ('an empty object', b'{}')):
		t.bad('J-15', 'record: ' + what, line(lambda l: v), 'RECORD_FORM@2/3')
		t.bad('J-15', 'entry.json: ' + what, lambda: small(entry(2, edit_json=lambda j: v)), 'ENTRY_FORM@2')
	t.bad('J-15', 'record: two objects on a line', line(lambda l: l + l), 'RECORD_FORM@2/3')
	for name in ('$ref', '', 'a b', 'ä', 'x' * 65, 'a.b'):
		in_record(t, 'J-16', 'member %r' % name[:9], x, b'"a":"x",' + json.dumps(name, ensure_ascii=False).encode() + b':1' if name > 'a' else json.dumps(name).encode() + b':1,"a":"x"')
	t.good('J-16', 'member __proto__ in a reader\'s record', lambda: with_acquire(content(JPEG), {'kind': 'field', '__proto__': 1, 'x' * 64: 2, '-': 3, '0': 4}))
	in_entry(t, 'J-16', 'member __proto__', b'{"action"', b'{"__proto__":1,"action"')
	for what, fn in (('NFC to NFD', lambda b: b.replace('é'.encode(), 'e\u0301'.encode())), ('one letter', lambda b: b.replace(b'caf', b'kaf'))):
		t.bad('J-22', 'record changed after signing: ' + what, lambda: named(fn), 'RECORDS_ALTERED@2')
	t.skip('J-23', 'differential runs of parsers: the fuzz targets')
	for locale in ('C', 'tr_TR.UTF-8', 'de_DE.UTF-8'):
		t.good('J-25', 'locale ' + locale, small, env={'LC_ALL': locale, 'LANG': locale})


def named(fn):
	c = with_acquire(content(JPEG), origin('2/2', 'café.jpg'))
	c.entries[1].late_lines = lambda lines: [fn(x) for x in lines]
	return c


def lines(t):
	late = lambda fn: lambda: small(entry(2, late_lines=fn))
	join = lambda ls: b''.join(x + b'\n' for x in ls)
	t.bad('H-18', 'records.jsonl: no newline at the end', late(lambda ls: join(ls)[:-1]), 'RECORD_FORM@2/5')
	t.bad('H-18', 'records.jsonl: CR LF', late(lambda ls: join(ls).replace(b'\n', b'\r\n')), 'RECORD_FORM@2/1')
	t.bad('H-18', 'records.jsonl: a blank line first', late(lambda ls: b'\n' + join(ls)), 'RECORD_FORM@2/1')
	t.bad('H-18', 'records.jsonl: a blank line between', late(lambda ls: ls[:2] + [b''] + ls[2:]), 'RECORD_FORM@2/3')
	t.bad('H-18', 'records.jsonl: a blank line more at the end', late(lambda ls: join(ls) + b'\n'), 'RECORDS_ALTERED@2')
	t.bad('H-18', 'records.jsonl: NULs at the end', late(lambda ls: join(ls) + bytes(5)), 'RECORDS_ALTERED@2')
	t.bad('H-18', 'records.jsonl: a BOM', late(lambda ls: b'\xef\xbb\xbf' + join(ls)), 'RECORD_FORM@2/1')
	t.bad('H-19', 'records.jsonl: the last line cut in half', late(lambda ls: join(ls)[:-40]), 'RECORD_FORM@2/5')
	t.bad('H-19', 'records.jsonl: the last line missing', late(lambda ls: ls[:-1]), 'RECORDS_ALTERED@2')
	t.bad('H-19', 'records.jsonl: empty', late(lambda ls: []), 'RECORDS_ALTERED@2')
	t.bad('H-08', 'records.jsonl: the last line twice', late(lambda ls: ls + ls[-1:]), 'RECORDS_ALTERED@2')
	t.bad('H-27', 'records.jsonl: a line twice in the middle', late(lambda ls: ls[:2] + ls[1:]), 'RECORD_FORM@2/3')
	t.bad('H-06', 'records.jsonl: two lines exchanged', late(lambda ls: [ls[0], ls[2], ls[1]] + ls[3:]), 'RECORD_FORM@2/2')
	t.bad('H-28', 'a content record\'s size changed, the rest kept', late(lambda ls: [ls[0], ls[1].replace(b'"size":22', b'"size":23')] + ls[2:]), 'RECORDS_ALTERED@2')
	t.bad('H-28', 'a digest changed, item and all manifests too', lambda: swapped_item(), 'RECORDS_ALTERED@2')
	t.bad('H-31', 'names of two items exchanged', late(lambda ls: [x.replace(b'IMG_0001.JPG', b'@').replace(b'notes.txt', b'IMG_0001.JPG').replace(b'@', b'notes.txt') for x in ls]), 'RECORDS_ALTERED@2')
	t.bad('H-30', 'two items of equal size exchanged', lambda: swap_equal(), 'ITEM_ALTERED@2/2', 'ITEM_ALTERED@2/3')
	# the first item of `open` has no role, and something else is wrong too: what lines and root say comes first
	plain = lambda ls: [l.replace(b'"role":"description",', b'') for l in ls]
	t.bad('H-34', 'open: the first item without its role', lambda: small(entry(1, edit_lines=plain)), 'RECORD_FORM@1/2')
	t.bad('H-34', 'open: the first item without its role, records altered too', lambda: small(entry(1, late_lines=plain)), 'RECORDS_ALTERED@1')
	t.bad('H-34', 'open: the first item without its role, a broken line behind it', lambda: small(entry(1, edit_lines=lambda ls: plain(ls) + [b'{'])), 'RECORD_FORM@1/3')
	t.bad('H-28', 'records.jsonl of another entry', lambda: small(final(lambda c, f: f.__setitem__(AT % 2 + 'records.jsonl', f[AT % 3 + 'records.jsonl']))), 'RECORD_FORM@2/1')
	for what, value in (('root of another tree', {'count': 5, 'root': 'a' * 64}), ('count one more', {'count': 6}), ('count one less', {'count': 4})):
		t.bad('H-28', 'entry says ' + what, lambda: small(entry(2, edit=lambda o: o['records'].update(value))), 'RECORDS_ALTERED@2')
	t.bad('H-41', 'a tree whose leaves are hashed without 0x00', lambda: small(entry(2, edit=lambda o: o['records'].update(root=flat()))), 'RECORDS_ALTERED@2')
	t.bad('H-41', 'a line that looks like an inner node: two hashes of 32 bytes', lambda: small(entry(2, late_lines=lambda ls: [b'\x01' + merkle.leaf(ls[0]) + merkle.leaf(ls[1])])), 'RECORD_FORM@2/1')


def flat():
	import hashlib
	c = small()
	c.bundle()
	e = c.entries[1]
	return merkle.root([hashlib.sha256(x).digest() for x in e.lines]).hex()


def swapped_item():
	"""Everything an insider without entry 2's key could redo: item, record, manifests, seal; not the signed root."""
	c = small()
	new = b'other picture bytes!!'
	import hashlib, zlib

	def redo(lines):
		r = json.loads(lines[1])
		r.update(sha256=hexsha(new), sha512=hashlib.sha512(new).hexdigest(), crc32='%08x' % zlib.crc32(new), size=len(new))
		return [lines[0], cjson.dumps(r)] + lines[2:]
	c.entries[1].late_lines = redo
	c.hooks['payload'] = lambda f: f.__setitem__('case-1f0c9a3e/data/00000002/00000002.jpg', new)
	return c


def swap_equal():
	c = with_acquire(content(b'one', 'txt'), content(b'two', 'txt'))
	a, b = ('case-1f0c9a3e/data/00000002/0000000%d.txt' % k for k in (2, 3))
	c.hooks['final'] = lambda f: f.update({a: f[b], b: f[a]})
	return c


MEMBERS = {   # kind: a good record, and wrong values by member
	'content': (content(b'1'), {'crc32': ['0' * 7, 'A' * 8, 7], 'path': ['data/00000002/00000003.jpg', '/data/00000002/00000002.jpg', 'data/00000002/00000002', 'data/00000002/00000002.JPG', 'data/00000002/00000002.abcdefghi',
		'data/00000002/00000002.a.b', 'data/2/2.jpg', 'data/00000001/00000002.jpg', 'data/00000002/00000002.', 'data/00000002/00000002.j-g', 'custody/00000002/00000002.jpg', 5],
		'sha256': ['0' * 63, 'A' * 64, None], 'sha512': ['0' * 127, '0' * 64], 'size': ['1', None, True], 'role': ['evidence', '', 'Note'], 'exhibit': [0, '1', None]}),
	'origin': (origin('2/2', 'x'), {'item': ['2', '0/1', None, '2/02', '100000000/1', '1/4294967296'], 'name': [1, None], 'path': [[]], 'label': [1], 'supplier': [{}], 'device': [None], 'inode': [12], 'links': [1], 'uid': [0], 'times': ['x', []], 'capture': ['x'],
		'observations': [{}, 'x'], 'nameBytes': ['AP8']}),
	'scope': (scope('2/1'), {'first': ['1', '2/0', None], 'last': ['2', 5]}),
	'correction': ({'kind': 'correction', 'record': '1/1', 'field': 'x', 'value': 'y'}, {'record': ['1', '', None], 'field': [1, None], 'value': [1], 'reason': [1], 'valueBytes': ['AP8']}),
	'circumstances': (None, {'actor': ['x', [], None], 'clock': ['x', None], 'authority': [1], 'condition': [[]], 'consent': [{}], 'legalBasis': [1], 'medium': [1], 'purpose': [1], 'reason': [1], 'recipient': [1], 'sealNumber': [12],
		'host': ['x'], 'reader': ['x', []], 'notTaken': ['3', True]}),
}
REQUIRED = {'content': ['crc32', 'path', 'sha256', 'sha512', 'size'], 'origin': ['item'], 'scope': ['first', 'last'], 'correction': ['record', 'field'], 'circumstances': ['actor', 'clock']}


def kinds(t):
	"""Member lists of the format's kinds are closed, and each member has its type."""
	def made(kind, **changed):
		good = circumstances() if kind == 'circumstances' else dict(MEMBERS[kind][0])
		if kind == 'content':
			c = Case()
			c.acquire(good, content(b'2'))
			good.update(changed)
		else:
			good.update(changed)
			c = Case()
			c.acquire(content(b'1'), *([] if kind == 'circumstances' else [good]))
			if kind == 'circumstances':
				c.entries[1].records[0] = good
		return with_seal(c)
	where = {'content': '2/2', 'circumstances': '2/1'}
	for kind, (_, wrong) in MEMBERS.items():
		at = 'RECORD_FORM@' + where.get(kind, '2/3')
		t.bad('J-16', '%s: an unknown member' % kind, lambda: made(kind, extra=1), at)
		for m in REQUIRED[kind]:
			t.bad('J-17', '%s: %s missing' % (kind, m), lambda: made(kind, **{m: ...}), at)
		for m, values in wrong.items():
			for v in values:
				t.bad('J-24' if m.endswith('Bytes') else 'J-19' if m.startswith('sha') or m == 'crc32' else 'J-17', '%s: %s %s' % (kind, m, json.dumps(v)[:40]), lambda: made(kind, **{m: v}), at)
	for v in ('AP8=', 'AP9', 'A', 'A+8', 'A/8', 'AP 8', 5):
		t.bad('J-20', 'origin: nameBytes %s' % json.dumps(v), lambda: made('origin', name=..., nameBytes=v), 'RECORD_FORM@2/3')
	for v in ('eA', 'xI0', ''):
		t.bad('J-24', 'origin: nameBytes %s, which is UTF-8' % v, lambda: made('origin', name=..., nameBytes=v), 'RECORD_FORM@2/3')
	for m, values in {'case': [OTHER_ID, '', None], 'id': ['2/4', '3/3', '02/3', '2/03', '2/3 ', '2', None, 3], 'kind': ['', 'a b', 5, 'circumstances', '-x', 'k' * 33], 'salt': ['', 'A' * 21, 'A' * 23, 'A' * 21 + 'B', 'A' * 21 + '=', 5, 'AAAAAAAAAAAAAAAAAAAA+A']}.items():
		for v in values:
			t.bad('H-09' if m == 'case' else 'J-20' if m == 'salt' else 'J-17', 'record: %s %s' % (m, json.dumps(v)), lambda: with_acquire(content(JPEG), dict({'kind': 'field'}, **{m: v})), 'RECORD_FORM@2/3')
	for m in ('case', 'id', 'kind', 'salt'):
		t.bad('J-17', 'record without ' + m, lambda: with_acquire(content(JPEG), dict({'kind': 'field'}, **{m: ...})), 'RECORD_FORM@2/3')
	t.bad('J-17', 'record 1 is no circumstances', lambda: with_seal_first({'kind': 'field'}), 'RECORD_FORM@2/1')
	t.bad('J-17', 'record 1 is content', lambda: with_seal_first(content(b'x', exhibit=1)), 'RECORD_FORM@2/1')


def with_seal_first(first):
	c = Case()
	c.add('acquire', {'basis': 'public', 'observed': 'file'}, [first, content(b'1')], bare=True)
	return with_seal(c)


def counts(t):
	def one(action, *records, d=None):
		c = small()
		for r in records:
			if action in ('acquire', 'capture') and r.get('kind') == 'content' and r.get('_exhibit') is None and 'role' not in r:
				r['_exhibit'] = 10
		c.add(action, d or GOOD[action], list(records))
		return with_seal(c)
	x, s, role = lambda: content(b'x', 'txt'), lambda: scope('2/2'), lambda: content(b'x', 'json', 'statement')
	for action in ('acquire', 'capture'):
		t.bad('J-18', action + ' without content', lambda: one(action), 'RECORD_FORM@5')
		t.bad('J-17', action + ': content without exhibit', lambda: one(action, content(b'x', exhibit=False)), 'RECORD_FORM@5/2')
		t.bad('J-17', action + ': content with role and exhibit', lambda: one(action, content(b'x', role='receipt', exhibit=11)), 'RECORD_FORM@5/2')
		t.bad('H-27', action + ': an exhibit number again', lambda: one(action, content(b'x', exhibit=2)), 'RECORD_FORM@5/2')
		t.bad('H-27', action + ': exhibit numbers fall', lambda: one(action, content(b'x', exhibit=12), content(b'x', exhibit=11)), 'RECORD_FORM@5/3')
	t.bad('J-17', 'note: content with an exhibit number', lambda: one('note', content(b'x', exhibit=11)), 'RECORD_FORM@5/2')
	for n in (0, 2):
		t.bad('J-18', 'note with %d content records' % n, lambda: one('note', *[x() for _ in range(n)]), 'RECORD_FORM@5')
	for action in ('view', 'export', 'read-out', 'compare', 'lost'):
		t.bad('J-18', action + ' without scope', lambda: one(action), 'RECORD_FORM@5')
	t.bad('J-18', 'derive without content', lambda: one('derive', s()), 'RECORD_FORM@5')
	t.bad('J-18', 'derive without scope', lambda: one('derive', x()), 'RECORD_FORM@5')
	t.bad('J-18', 'correct without correction', lambda: one('correct'), 'RECORD_FORM@5')
	t.bad('J-18', 'disclose without statement', lambda: one('disclose', s()), 'RECORD_FORM@5')
	t.bad('J-18', 'disclose whose content has no role', lambda: one('disclose', x(), s()), 'RECORD_FORM@5/2')
	t.bad('J-18', 'disclose with two statements', lambda: one('disclose', role(), role(), s()), 'RECORD_FORM@5')
	t.bad('J-18', 'disclose of an extract without scope', lambda: one('disclose', role(), d={'extent': 'extract'}), 'RECORD_FORM@5')
	t.bad('J-18', 'open without description', lambda: opened(), 'RECORD_FORM@1')
	t.bad('J-18', 'open whose first content is another', lambda: opened(content(b'x', 'txt', 'note'), content(b'{}', 'json', 'description')), 'RECORD_FORM@1/2')
	t.good('J-18', 'open with a description and more', lambda: opened(content(b'{}', 'json', 'description'), content(b'x', 'txt', 'validation')))
	for what, r in (('of a later entry', ('7/1', '7/1')), ('beyond the count', ('2/2', '2/6')), ('of two entries', ('1/1', '2/1')), ('that run backwards', ('2/3', '2/2')), ('of no entry', ('9/1', '9/1'))):
		t.bad('J-17', 'view: scope ids ' + what, lambda: one('view', scope(*r)), 'RECORD_FORM@5/2')
	for action in ('dispose', 'lost', 'disclose'):
		t.bad('J-17', action + ': scope of its own entry', lambda: one(action, *([role()] if action == 'disclose' else []), scope('5/1')), 'RECORD_FORM@5/%d' % (3 if action == 'disclose' else 2))
	t.good('J-17', 'view: scope of its own entry', lambda: one('view', scope('5/1', '5/2')))
	t.bad('J-17', 'view: scope beyond the count of its own entry', lambda: one('view', scope('5/1', '5/3')), 'RECORD_FORM@5/2')


def opened(*records):
	c = Case(describe=False)
	c.add('open', {}, records)
	return with_seal(c)


def runs(t):
	"""H-42: what is left out, and how (docs/format.md §6)."""
	def bent(fn, n=7, left=((4, 6),)):
		c = extract(n, list(left))
		c.entries[1].late_lines = fn
		return c

	def run(**new):
		def change(lines):
			out = []
			for x in lines:
				obj = json.loads(x)
				if 'withheld' in obj:
					obj.update(new)
					x = cjson.dumps({k: v for k, v in obj.items() if v is not ...})
				out.append(x)
			return out
		return change
	h = ['a' * 64] * 2
	for what, new in (('a wrong hash', {'hashes': h}), ('hashes exchanged', None)):
		t.bad('H-42', 'run: ' + what, lambda: bent(run(**new) if new else exchange), 'RECORDS_ALTERED@2')
	for what, new in (('a hash too few', {'hashes': h[:1]}), ('a hash too many', {'hashes': h + h[:1]}), ('a hash short', {'hashes': ['a' * 63, h[0]]}), ('a hash in upper case', {'hashes': ['A' * 64, h[0]]}), ('no hashes', {'hashes': []}), ('hashes missing', {'hashes': ...}),
			('a third member', {'more': 1}), ('FIRST other than its place', {'withheld': [5, 6]}), ('LAST before FIRST', {'withheld': [4, 3]}), ('three numbers', {'withheld': [4, 6, 6]}), ('one number', {'withheld': [4]}), ('LAST beyond the count', {'withheld': [4, 99]}),
			('strings', {'withheld': ['4', '6']}), ('FIRST 0', {'withheld': [0, 6]}), ('no list', {'withheld': 4})):
		t.bad('H-42', 'run: ' + what, lambda: bent(run(**new)), 'RECORD_FORM@2/4')
	t.bad('H-42', 'run: members in another order', lambda: bent(lambda ls: [reorder(x) for x in ls]), 'RECORD_FORM@2/4')
	t.bad('H-42', 'two runs side by side', lambda: bent(cut_in_two), 'RECORD_FORM@2/5')
	t.bad('H-42', 'a run cut otherwise than by aligned subtrees', lambda: bent(other_cover), 'RECORD_FORM@2/4')
	for what, first, last, n in (('FIRST other than its place', 5, 6, 1), ('LAST before FIRST', 4, 3, 0), ('LAST beyond the count', 4, 99, 8)):
		t.bad('H-42', 'run: %s, and as many hashes as that run would have' % what, lambda: bent(run(withheld=[first, last], hashes=h[:1] * n)), 'RECORD_FORM@2/4')
	t.bad('H-42', 'a run where the log knows of none', lambda: unnamed(), 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'more withheld than named', lambda: less([('2/2', '2/2')], {(2, 2), (2, 3)}), 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'less withheld than named', lambda: less([('2/2', '2/3')], {(2, 2)}), 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'nothing withheld though named', lambda: less([('2/2', '2/3')], set()), 'WITHHELD_MISMATCH@2')
	t.bad('H-42', 'withheld in another entry than named', lambda: less([('2/3', '2/3')], {(3, 1)}), 'WITHHELD_MISMATCH@2', 'WITHHELD@3')
	t.bad('H-42', 'the seal names no disclosure, records are left out', lambda: whole_seal(), 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'the seal names an earlier, smaller disclosure', lambda: earlier(), 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'an extract of a seal in the middle that no receive follows', lambda: middle(), 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'the named range covers the statement, which is never withheld', statement_named, 'WITHHELD_MISMATCH@4', 'WITHHELD@2', 'WITHHELD@4')
	t.bad('H-42', 'the named range covers validation content, which is never withheld', validation_named, 'WITHHELD_MISMATCH@2', 'WITHHELD@2')
	t.bad('H-42', 'the named range covers a scope record, which is never withheld', lambda: extract(4, [(2, 2)]), 'WITHHELD_MISMATCH@2')
	t.bad('H-42', 'disposed, but still there', lambda: kept(), 'WITHHELD_MISMATCH@2')
	t.bad('H-42', 'a disposed item\'s file still there', lambda: still('2/2'), 'FILE_UNACCOUNTED@case-1f0c9a3e/data/00000002/00000002.jpg', 'WITHHELD@2')
	t.bad('H-42', 'a withheld item\'s file still there', lambda: small_file(), 'FILE_UNACCOUNTED@case-1f0c9a3e/data/00000002/00000002.jpg', 'WITHHELD@2')
	t.bad('H-42', 'an item\'s file left out, its record shown', lambda: missing(), 'WITHHELD@2', 'ITEM_MISSING@2/4')
	t.bad('H-42', 'scope records of the disclosure withheld', lambda: less([('2/2', '2/3')], {(2, 2), (2, 3), (5, 3)}), 'RECORD_FORM@5')
	t.bad('H-42', 'the statement of the disclosure withheld', lambda: less([('2/2', '2/3')], {(2, 2), (2, 3), (5, 2)}), 'RECORD_FORM@5')
	t.bad('H-29', 'lost, but there', lambda: lost(set()), 'LOST@2/2', 'LOST_PRESENT@2/2')
	t.bad('H-29', 'another lost than named', lambda: lost({(2, 4)}), 'LOST@2/2', 'LOST_PRESENT@2/2', 'ITEM_MISSING@2/4')
	t.bad('H-29', 'one more lost than named', lambda: lost({(2, 2), (2, 4)}), 'LOST@2/2', 'ITEM_MISSING@2/4')


def exchange(lines):
	return [cjson.dumps(dict(json.loads(x), hashes=json.loads(x)['hashes'][::-1])) if b'withheld' in x else x for x in lines]


def reorder(x):
	obj = json.loads(x)
	return b'{"withheld":[4,6],"hashes":' + cjson.dumps(obj['hashes']) + b'}' if 'withheld' in obj else x


def cut_in_two(lines):
	out = []
	for x in lines:
		obj = json.loads(x)
		if 'withheld' in obj:
			h = obj['hashes']
			out += [cjson.dumps({'hashes': h[:1], 'withheld': [4, 4]}), cjson.dumps({'hashes': h[1:], 'withheld': [5, 6]})]
		else:
			out.append(x)
	return out


def other_cover(lines):
	c = extract(7, [(4, 6)])
	c.bundle()
	leaves = [h.hex() for h in c.entries[1].leaves[3:6]]
	return [cjson.dumps({'hashes': leaves, 'withheld': [4, 6]}) if b'withheld' in x else x for x in lines]


def unnamed():
	c = small()
	c.withhold = {(2, 3)}
	return c


def less(ranges, withheld):
	c = small_extract(*ranges)
	c.withhold = withheld
	return c


def whole_seal():
	c = small()
	c.disclose(('2/2', '2/3'))
	c.seal()
	c.withhold = {(2, 2), (2, 3)}
	return c


def earlier():
	c = small()
	a = c.disclose(('2/3',))
	c.disclose(('2/2', '2/3'))
	c.seal(disclose=a.seq, extent='extract')
	c.withhold = {(2, 2), (2, 3)}
	return c


def middle():
	c = small_extract(('2/2', '2/3'))
	c.seal()
	c.withhold = {(2, 2), (2, 3)}
	return c


def kept():
	c = disposed(False)
	c.withhold = set()
	return c


def still(_):
	c = disposed(False)
	c.hooks['final'] = lambda f: f.__setitem__('case-1f0c9a3e/data/00000002/00000002.jpg', JPEG)
	return c


def small_file():
	c = small_extract(('2/2', '2/3'))
	c.hooks['final'] = lambda f: f.__setitem__('case-1f0c9a3e/data/00000002/00000002.jpg', JPEG)
	return c


def missing():
	c = small_extract(('2/2', '2/3'))
	c.hooks['final'] = lambda f: f.pop('case-1f0c9a3e/data/00000002/00000004.txt')
	return c


def lost(ids):
	"""A loss of 2/2 is logged; what is really absent is `ids`. The tag files are those of the logged loss."""
	c = lost_case('2/2')

	def files(f):
		at = 'case-1f0c9a3e/data/00000002/'
		if (2, 2) not in ids:
			f[at + '00000002.jpg'] = JPEG
		if (2, 4) in ids:
			del f[at + '00000004.txt']
	c.hooks['final'] = files
	return c


def build(t):
	for part in (spellings, lines, kinds, counts, runs):
		part(t)
