"""Step 5 of docs/by-hand.md: the root of each entry's records, and every item against its record."""
import hashlib
import json
import os
import sys


def sha(data):
	return hashlib.sha256(data).digest()


def sha_of(path):                                 # in pieces: items may be larger than the memory
	digest = hashlib.sha256()
	with open(path, 'rb') as f:
		while piece := f.read(1 << 20):
			digest.update(piece)
	return digest.hexdigest()


def numbers(item):
	return tuple(map(int, item.split('/')))


base = sys.argv[1]
absent, lost = [], []
for entry in sorted(os.listdir(base + '/custody')):
	folder = '%s/custody/%s/' % (base, entry)
	signed = json.load(open(folder + 'entry.json'))
	said = signed['records']
	stack, count = [], 0                          # perfect subtrees: (number of leaves, hash)

	def push(size, node):
		while stack and stack[-1][0] == size:
			size, node = size * 2, sha(b'\x01' + stack.pop()[1] + node)
		stack.append((size, node))

	lines = open(folder + 'records.jsonl', 'rb').read().split(b'\n')
	if lines.pop():
		sys.exit('behind the last record of entry %s stands something that was not signed' % entry)
	for line in lines:
		record = json.loads(line)
		if 'withheld' in record:                  # left out: only the hashes of subtrees stand here
			first, last = record['withheld']
			for node in record['hashes']:
				size = 1
				while count % (size * 2) == 0 and count + size * 2 <= last:
					size *= 2
				push(size, bytes.fromhex(node))
				count += size
			continue
		push(1, sha(b'\x00' + line))
		count += 1
		if record['kind'] == 'content':
			path = '%s/%s' % (base, record['path'])
			if not os.path.exists(path):
				absent.append(record['id'])
			elif sha_of(path) != record['sha256']:
				sys.exit('item %s is not what its record says' % record['id'])
		elif record['kind'] == 'scope' and signed['action'] == 'lost':
			lost.append((numbers(record['first']), numbers(record['last'])))
	root = stack.pop()[1]
	while stack:
		root = sha(b'\x01' + stack.pop()[1] + root)
	if (count, root.hex()) != (said['count'], said['root']):
		sys.exit('the records of entry %s are not those that were signed' % entry)
for item in absent:
	if not any(first <= numbers(item) <= last for first, last in lost):
		sys.exit('item %s is missing, and no `lost` entry names it' % item)
	print('lost         item', item, 'as the log says')
