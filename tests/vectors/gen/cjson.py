"""RFC 8785 for what our format allows: objects, lists, strings, integers, true, false, null."""

SHORT = {8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\'}


def text(value):
	out = []
	for c in value:
		code = ord(c)
		out.append(SHORT[code] if code in SHORT else '\\u%04x' % code if code < 32 else c)
	return '"' + ''.join(out) + '"'


def order(name):
	"""RFC 8785 §3.2.3: by UTF-16 code units."""
	return name.encode('utf-16-be', 'surrogatepass')


def spell(value):
	if value is None:
		return 'null'
	if value is True or value is False:
		return 'true' if value else 'false'
	if isinstance(value, int):
		return str(value)
	if isinstance(value, str):
		return text(value)
	if isinstance(value, dict):
		return '{' + ','.join(text(k) + ':' + spell(value[k]) for k in sorted(value, key=order)) + '}'
	if isinstance(value, (list, tuple)):
		return '[' + ','.join(spell(v) for v in value) + ']'
	raise TypeError(type(value))


def dumps(value):
	return spell(value).encode('utf-8', 'surrogatepass')
