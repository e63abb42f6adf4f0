"""Serbian Latin to Cyrillic, for the catalogues whose Cyrillic form is not written by hand.

usage: cyrillic.py LATIN_DEF              prints the Cyrillic table of the verifier
       cyrillic.py LATIN_DEF CYRILLIC_DEF exit 1 unless the second is what the first gives
       cyrillic.py --po LATIN_PO          prints the Cyrillic catalogue
"""
import re
import sys

# Names of things stay in Latin: digests, formats, options, file names, keys, placeholders, escapes.
KEEP = re.compile(
	r'https?://\S+|\\.|%<PRI\w+>|%[-0-9.*]*[a-z]+|SHA-\d+|\b(?:JSON|PEM|UTC|ASCII|PKCS#\d+|PIN|DER|CSR|SQLite|Enter)\b'
	r"|\bCtrl-C\b|(?<!\w)--?[a-z][a-z-]*|'evidence [^']*'|'capture web'|'timestamp online'|\bevidence(?:-[a-z]+)*\b|\.?[\w/]+\.(?:asice|json|pem|csr|p12|md)\b|\.asice\b"
	r'|\bCustody head\b|\b(?:create|list|show|backup|restore|import|cards)(?=[, ]|$)'
	r'|\b\d{4}-\d\d-\d\dT[0-9:.]+Z')

# Words whose neighbouring letters meet by composition and are no digraph.
APART = [r'(n)(?=j(?:ekci|unkt|ugaci))', r'(nad)(?=ž)', r'(od)(?=ž)', r'(pred)(?=ž)', r'(pod)(?=ž)']

PAIRS = {'lj': 'љ', 'nj': 'њ', 'dž': 'џ'}
LETTERS = dict(zip('abcčćdđefghijklmnoprsštuvzž', 'абцчћдђефгхијклмнопрсштувзж'))


def cased(source, letter):
	return letter.upper() if source[0].isupper() else letter


def letters(text):
	for pattern in APART:
		text = re.sub(pattern, '\\1\u200c', text, flags=re.I)
	text = re.sub('lj|nj|dž', lambda m: cased(m[0], PAIRS[m[0].lower()]), text, flags=re.I)
	text = ''.join(cased(c, LETTERS[c.lower()]) if c.lower() in LETTERS else c for c in text)
	return text.replace('\u200c', '')


def cyrillic(text):
	out, at = '', 0
	for m in KEEP.finditer(text):
		out += letters(text[at:m.start()]) + m[0]
		at = m.end()
	return out + letters(text[at:])


def table(path):
	out = ''
	for line in open(path, encoding='utf-8'):
		m = re.fullmatch(r'(\w+\(\w+, ")(.*)("\)\n)', line)
		out += m[1] + cyrillic(m[2]) + m[3] if m else line
	return out.replace('Serbian, Latin script: a draft;', 'Serbian, Cyrillic script, made by tests/cyrillic.py: a draft;')


def catalogue(path):
	out, translated, header = '', False, True
	for line in open(path, encoding='utf-8'):
		translated = line.startswith('msgstr') or (translated and line.startswith('"'))
		if line.strip() == '':
			header = False
		m = re.fullmatch(r'(msgstr )?"(.*)"\n', line)
		if m and translated and not header:
			line = (m[1] or '') + '"' + cyrillic(m[2]) + '"\n'
		out += line.replace('Language: sr@latin', 'Language: sr').replace('Latin script', 'Cyrillic script')
	return out


def self_check():
	"""By hand: the digraphs, their exceptions, what stays."""
	for latin, by_hand in (
			('Ljubav i njegov džep', 'Љубав и његов џеп'), ('NJEGOŠ', 'ЊЕГОШ'), ('nadživeti', 'надживети'),
			('injekcija', 'инјекција'), ('konjunktura', 'конјунктура'), ('otisak SHA-256', 'отисак SHA-256'),
			('pomoću --pin', 'помоћу --pin'), ('datoteku .asice', 'датотеку .asice'),
			('vidi docs/stop.md', 'види docs/stop.md'), ('ko: create, list', 'ко: create, list'),
			('pritisnite Enter', 'притисните Enter'), ('„%s“ đak', '„%s“ ђак')):
		if cyrillic(latin) != by_hand:
			sys.exit(f'{latin}: {cyrillic(latin)} is not {by_hand}')


def main(argv):
	self_check()
	if argv[0] == '--po':
		sys.stdout.write(catalogue(argv[1]))
	elif len(argv) == 1:
		sys.stdout.write(table(argv[0]))
	elif table(argv[0]) != open(argv[1], encoding='utf-8').read():
		sys.exit(f'{argv[1]} is not what {argv[0]} gives; make it anew with this script')


main(sys.argv[1:])
