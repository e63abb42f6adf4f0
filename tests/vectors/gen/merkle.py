"""The tree of RFC 9162 §2.1.1, by its recursive definition, and the covers of docs/format.md §6."""
import hashlib


def leaf(line):
	return hashlib.sha256(b'\x00' + line).digest()


def root(leaves):
	"""MTH of a list of leaf hashes."""
	n = len(leaves)
	if n == 0:
		return hashlib.sha256(b'').digest()
	if n == 1:
		return leaves[0]
	k = 1
	while k * 2 < n:
		k *= 2
	return hashlib.sha256(b'\x01' + root(leaves[:k]) + root(leaves[k:])).digest()


def cover(leaves, first, last):
	"""Roots of the largest aligned subtrees over records first to last (1-based)."""
	out, p = [], first - 1
	while p < last:
		size = 1
		while p % (size * 2) == 0 and p + size * 2 <= last:
			size *= 2
		out.append(root(leaves[p:p + size]).hex())
		p += size
	return out
