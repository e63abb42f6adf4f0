"""Why a vector is judged otherwise than the threat catalogue expects (catalogue.py): (case, verdict here, how many, why, which).

`which` is a pattern of what was done, where one case has several reasons; the first line that fits a row counts. The number of rows
is written down, so that a new one is not argued unseen. The reason becomes the row's note.
"""
import re

from .catalogue import WORDS

OPEN = 'what is not accepted of a signer, an authority or its token leaves identity or time open; it proves no alteration (verify.md §5, timestamp.md §3)'
USAGE = 'what the reader gives wrongly is wrong usage, told before any bundle is judged (verify.md §1, §5.1)'
BESIDE = 'beside the wrong forms, the one that is right'
CONTENT = 'the container is in order; a file in it that is not is judged where it stands and fails, and refused is the container alone (verify.md §3)'
UNACCOUNTED = 'a name in order, or a number within the limit: the file fails because nothing accounts for it'
PINNED = 'a pin names the very bytes of a certificate: neither its own signature nor its dates nor what no rule asks of it matter (verify.md §5.1)'
CLOCKS = 'within the 300 s by which clocks may differ (timestamp.md §3.8)'
LISTED = 'authentic and of the right time: the status is known'
UNLISTED = ('the reader asks for a status by giving a list, and then gets TRY_LATER (X-22); here he gave none. One in the bundle that is not authentic, or stale, '
	'or may not be used (RFC 5280 §5.2) says nothing, as if it were left away, and the report notes STATUS_UNKNOWN')

ARGUED = (
	('Z-20', 'REFUSE', 1, 'the end record itself is meant, not bytes like it in a payload'),
	('Z-39', 'FAIL', 7, 'the container is judged by its structure alone; CRC-32 is judged with the contents, which names the file (verify.md §3)'),
	('N-08', 'FAIL', 8, UNACCOUNTED),
	('N-17', 'FAIL', 6, UNACCOUNTED),
	('N-22', 'FAIL', 2, UNACCOUNTED),
	('N-24', 'FAIL', 1, UNACCOUNTED),
	('R-04', 'FAIL', 2, UNACCOUNTED),
	('R-09', 'FAIL', 3, CONTENT),
	('R-10', 'FAIL', 3, CONTENT),
	('R-11', 'FAIL', 2, CONTENT),
	('R-11', 'PASS', 1, 'within the limit'),
	('R-13', 'FAIL', 4, CONTENT),
	('R-14', 'PASS', 1, 'the demand is bounded work: no rule reads distribution points, they are never decoded, and nothing is fetched. An extension that is not critical and says where lists '
		'lie alters nothing of a certificate that the reader pinned'),
	('R-15', 'FAIL', 5, CONTENT),
	('R-17', 'FAIL', 6, CONTENT + '; the manifest is compared with what it must be, byte for byte, and no XML is parsed'),
	('B-05', 'PASS', 1, 'SHA-256 of the same bytes is signed and fits; SHA-512 is checked where the reader asks for it (verify.md §3, 3.3), as in the next row'),
	('B-26', 'REFUSE', 10, 'without a first base folder of the form it is not told as a bundle at all, which is no better'),
	('A-16', 'FAIL', 2, 'the manifest has one byte form, in which data have no MimeType: there is none that could lie'),
	('A-35', 'FAIL', 44, 'archive time-stamping is understood here (timestamp.md §6): what is altered, missing or unaccounted for fails'),
	('A-35', 'PASS', 7, 'archive time-stamping is understood here (timestamp.md §6), and this one holds'),
	('A-36', 'INDET', 25, 'the catalogue has no envelopes: these are their covers, judged by verify.md stage E, and never better than not opened'),
	('A-36', 'FAIL', 105, 'the catalogue has no envelopes: these are their covers, judged by verify.md stage E'),
	('A-36', 'PASS', 1, 'the bundle is whole; that the older file is an envelope raises the exit code (verify.md §8)'),
	('C-14', 'PASS', 1, 'X.690, 8.19.2 forbids the byte 80 at the beginning of a number alone', 'byte 80'),
	('C-14', 'PASS', 12, PINNED),
	('C-24', 'INDET', 2, OPEN, 'nothing is said of material'),
	('C-24', 'INDET', 19, 'whatever stands beside a seal that is sound is under no signature, anybody can add it: what nothing needs lowers the verdict (timestamp.md §7) and proves no alteration. '
		'Who signed is told by the digest in the log'),
	('C-24', 'PASS', 1, 'an entry token is under a signature of ours, with all it holds', 'in an entry token'),
	('C-24', 'PASS', 7, 'chains and lists may stand beside the seal where something needs them (timestamp.md §5, §7); who signed is told by the digest in the log'),
	('C-35', 'INDET', 1, 'Ed25519 is no algorithm of the format: as in C-46 nothing is verified with it, so that none of its other forms can pass'),
	('C-39', 'FAIL', 10, 'the size is within its limit, the form is wrong'),
	('C-46', 'FAIL', 4, 'beside the algorithm that is not known something is altered, or the certificate is another than the one named: that decides'),
	('X-03', 'PASS', 1, 'the whole fingerprint, written otherwise'),
	('X-05', 'INDET', 1, 'the catalogue pins the public key; here the fingerprint is of the certificate (verify.md §5.1): a renewed one is let in by `admit`, as in the next row'),
	('X-06', 'PASS', 2, 'RFC 5280 §4.2.1.3: absent, it restricts nothing, and whether it is critical is its issuer\'s matter; certificates that people make themselves often have none. '
		'What it forbids is heeded (X-07)'),
	('X-07', 'INDET', 8, OPEN),
	('X-08', 'INDET', 8, OPEN),
	('X-08', 'PASS', 1, 'RFC 5280 §4.2.1.12: anyExtendedKeyUsage restricts nothing, as if the extension were absent; whose key it is the pin says', 'any, pinned'),
	('X-08', 'PASS', 1, 'RFC 5280 §4.2.1.12: one of the purposes is enough', 'emailProtection'),
	('X-09', 'INDET', 2, OPEN),
	('X-09', 'PASS', 1, BESIDE),
	('X-10', 'INDET', 8, OPEN),
	('X-10', 'PASS', 1, BESIDE),
	('X-11', 'PASS', 4, PINNED),
	('X-13', 'INDET', 2, OPEN),
	('X-14', 'INDET', 2, OPEN),
	('X-14', 'PASS', 1, PINNED + '. Its dates are its maker\'s word: who can sign with the key can write others'),
	('X-16', 'INDET', 22, OPEN),
	('X-17', 'INDET', 89, OPEN),
	('X-17', 'PASS', 1, PINNED, 'pinned, and the algorithm'),
	('X-17', 'PASS', 54, BESIDE + ': a path in order by verify.md §5.2'),
	('X-17', 'ERR', 8, USAGE),
	('X-20', 'INDET', 2, OPEN),
	('X-20', 'PASS', 1, PINNED),
	('X-21', 'INDET', 9, OPEN),
	('X-22', 'PASS', 1, 'the signer is an anchor: nothing needs a status', 'itself an anchor'),
	('X-22', 'PASS', 19, UNLISTED, 'in a validation record: |after its end'),
	('X-22', 'PASS', 6, LISTED),
	('X-22', 'ERR', 1, USAGE),
	('X-23', 'FAIL', 28, 'an authentic answer revokes before what is proved; or an element stands in a signed structure without its form'),
	('X-23', 'ERR', 69, USAGE),
	('T-04', 'INDET', 60, OPEN),
	('T-04', 'PASS', 33, 'the imprint is SHA-256; the authority signs by another algorithm of timestamp.md §2, none of them weak'),
	('T-06', 'INDET', 27, OPEN),
	('T-07', 'INDET', 20, OPEN),
	('T-07', 'PASS', 4, BESIDE),
	('T-08', 'PASS', 7, 'not unknown: the reader pinned the authority, or gave an anchor'),
	('T-10', 'INDET', 12, OPEN),
	('T-10', 'PASS', 1, PINNED, 'pinned'),
	('T-10', 'PASS', 6, 'both ends of the dates are inside (RFC 5280 §4.1.2.5)'),
	('T-11', 'INDET', 3, OPEN),
	('T-12', 'PASS', 6, CLOCKS),
	('T-14', 'INDET', 3, OPEN + '. The entries\' times are the word of the custodian\'s clock: the order shows that one of two clocks is wrong'),
	('T-15', 'PASS', 3, CLOCKS),
	('T-16', 'PASS', 2, 'the later token stands over something else (a renewal, another entry); over one thing the signer\'s certificate must hold at every time (timestamp.md §4)', 'between'),
	('T-16', 'PASS', 2, 'both are reported, and the signer\'s certificate must hold at each of the two times (T-16.3). The earliest is the proved time, for a token proves "not later than": '
		'who fears an authority that dates back must not trust it, as its token could stand alone'),
	('T-17', 'PASS', 1, BESIDE),
	('T-19', 'PASS', 3, 'the catalogue means years: a day is the most that is taken (timestamp.md §3.7), and the report tells it', 'of a day'),
	('T-19', 'PASS', 9, 'an extension that is not critical may be passed over (RFC 5280 §4.2)', 'an unknown extension|: FALSE|all there is'),
	('T-19', 'PASS', 6, 'RFC 3161 §2.4.2: it says whether the authority\'s tokens can be put in order by genTime alone, and lessens none of them', 'ordering'),
	('T-19', 'PASS', 18, BESIDE),
	('T-21', 'PASS', 19, 'the policy is one of those the reader asked for, or there is no token'),
	('T-21', 'INDET', 6, OPEN),
	('T-21', 'ERR', 11, USAGE),
	('T-22', 'REFUSE', 2, 'beyond its limit a file is not read at all, which is no better'),
	('T-23', 'PASS', 3, 'RFC 3161 §2.4.1 itself prescribes ESSCertID, which is SHA-1, and RFC 5816 allows both; most authorities write it alone. It only says whose certificate is meant: the signature is verified '
		'with that certificate\'s key all the same, so another one needs a second preimage of SHA-1 that holds the same key', 'SHA-1 ESSCertID alone'),
	('T-23', 'PASS', 15, BESIDE),
	('T-25', 'INDET', 3, OPEN),
	('T-27', 'PASS', 12, BESIDE),
	('T-28', 'PASS', 3, 'nothing is stripped: the token asked for is there'),
	('T-30', 'PASS', 26, 'by date, as the catalogue says: nobody of the path is known to be revoked, or later than genTime and not for a compromise (RFC 3161 §4), or an accepted archive token covers it before'),
	('H-01', 'REFUSE', 1, 'without any entry it is not told as a bundle at all, which is no better'),
	('H-33', 'FAIL', 2, 'an order of actions, no version', 'discloses nothing'),
	('H-33', 'FAIL', 5, 'no format of ours, newer or older: there is no later program that could judge it'),
	('H-34', 'PASS', 1, BESIDE),
	('H-35', 'PASS', 4, 'the change stands in the log, signed by one who had the right to it (format.md §4)'),
	('J-07', 'PASS', 2, BESIDE),
	('J-08', 'PASS', 1, BESIDE),
	('J-16', 'PASS', 1, 'a reader\'s record may have members of its own (format.md §6), and __proto__ is a name like another'),
	('J-17', 'PASS', 1, BESIDE),
	('J-18', 'PASS', 1, BESIDE),
	('J-22', 'PASS', 1, 'nothing is changed: both forms were signed as they stand'),
	('I-01', 'PASS', 2, 'pinned: the reader knows whose key it is; the name stays what the certificate claims'),
)
WORD = {'TOTAL-PASSED': 'PASS', 'TOTAL-FAILED': 'FAIL', 'INDETERMINATE': 'INDET', 'REFUSED': 'REFUSE', None: 'ERR'}


def differs(case, word):
	"""Whether the catalogue expects something else."""
	words = WORDS.get(case, {'SHOWN'})
	return not ('SHOWN' in words or word in words or ('NEVER' in words and word != 'PASS'))


def reason(row, word):
	for n, (case, verdict, _, why, *which) in enumerate(ARGUED):
		if (case, verdict) == (row['case'], word) and all(re.search(w, row['what']) for w in which):
			return n, why
	return None, ''


def argue(rows):
	"""Puts the reasons into the notes. Returns what is not argued, or not as often as was written down."""
	wrong, counts = [], [0] * len(ARGUED)
	for row in rows:
		word = 'ERR' if row['exit'] >= 64 else WORD[row['verdict']]
		n, why = reason(row, word)
		if n is not None:
			counts[n] += 1
			row['note'] = '; '.join(x for x in (why, row.get('note')) if x)
		elif differs(row['case'], word):
			wrong.append('%s: %s, the catalogue expects %s' % (row['name'], word, ' or '.join(sorted(WORDS[row['case']]))))
		for other in row.get('or', ()):
			if other['verdict'] in ('TOTAL-PASSED', 'INDETERMINATE') and other['verdict'] != row['verdict']:
				wrong.append('%s: %s is left open, which is better' % (row['name'], WORD[other['verdict']]))
	wrong += ['%s %s: %d rows are argued, not %d' % (a[0], a[1], n, a[2]) for a, n in zip(ARGUED, counts) if n != a[2]]
	return wrong
