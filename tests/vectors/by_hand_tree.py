"""Step 5 of docs/by-hand.md: the root of each entry's records, and every item against its record."""
import hashlib
import json
import os
import sys


def sha(data):
	return hashlib.sha256(data).digest()


base = sys.argv[1]
for entry in sorted(os.listdir(base + '/custody')):
	folder = '%s/custody/%s/' % (base, entry)
	said = json.load(open(folder + 'entry.json'))['records']
	stack, count = [], 0                          # perfect subtrees: (number of leaves, hash)

	def push(size, node):
		while stack and stack[-1][0] == size:
			size, node = size * 2, sha(b'\x01' + stack.pop()[1] + node)
		stack.append((size, node))

	for line in open(folder + 'records.jsonl', 'rb').read().split(b'\n')[:-1]:
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
				print('absent       ' + record['path'], '(in order only if a `lost` entry names', record['id'] + ')')
			elif sha(open(path, 'rb').read()).hex() != record['sha256']:
				sys.exit('item %s is not what its record says' % record['id'])
	root = stack.pop()[1]
	while stack:
		root = sha(b'\x01' + stack.pop()[1] + root)
	if (count, root.hex()) != (said['count'], said['root']):
		sys.exit('the records of entry %s are not those that were signed' % entry)
