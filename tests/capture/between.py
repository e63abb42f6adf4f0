"""between.py: stands between evidence-capture and the browser, as --browser. BETWEEN={"method": M, "nth": N, "do": WHAT}: what happens
instead of the Nth call of M: `refuse` (the browser says no), `silent` (it never answers), `end` (it ends), `garbage` (no JSON); or before it: `move` (the page
goes on to /other by itself). With "broken": PART, each end of a transfer whose address has PART is told as the browser tells that it broke one off."""
import json
import os
import select
import subprocess
import sys
import time

plan = json.loads(os.environ['BETWEEN'])
left = plan['nth']
broken = set()


def pipe_to_browser():
	to_r, to_w = os.pipe()
	from_r, from_w = os.pipe()

	def become():
		for fd, at in ((to_r, 20), (from_w, 21), (20, 3), (21, 4)):
			os.dup2(fd, at)
	browser = subprocess.Popen(['chromium'] + sys.argv[1:], preexec_fn=become, close_fds=False)
	os.close(to_r)
	os.close(from_w)
	return browser, to_w, from_r


def pass_on_until_moved():
	"""What the browser says, passed on, until it says that /other has come and is loaded."""
	seen, until = b'', time.monotonic() + 60
	while time.monotonic() < until and b'Page.loadEventFired' not in seen[seen.find(b'/other', seen.find(b'Page.frameNavigated')):]:
		if select.select([out], [], [], 1)[0]:
			data = os.read(out, 1 << 20)
			seen += data
			write_all(4, data)


def instead(call):
	if plan['do'] == 'end':
		browser.kill()
		sys.exit(0)
	if plan['do'] == 'garbage':
		os.write(4, b'{"id": %d, no JSON\0' % call['id'])
	elif plan['do'] == 'move':
		script = {'id': 1 << 30, 'method': 'Runtime.evaluate', 'params': {'expression': 'location.href = "/other"'}, 'sessionId': call['sessionId']}
		write_all(to, json.dumps(script).encode() + b'\0')
		pass_on_until_moved()
		write_all(to, json.dumps(call).encode() + b'\0')
	elif plan['do'] == 'refuse':
		answer = {'id': call['id'], 'error': {'code': -32000, 'message': 'refused by the test'}}
		if 'sessionId' in call:
			answer['sessionId'] = call['sessionId']
		os.write(4, json.dumps(answer).encode() + b'\0')


def told(message):
	"""A message of the browser as it is passed on."""
	params = message.get('params', {})
	if message.get('method') == 'Network.requestWillBeSent' and plan['broken'] in params['request']['url']:
		broken.add(params['requestId'])
	if message.get('method') == 'Network.loadingFinished' and params['requestId'] in broken:
		message['method'] = 'Network.loadingFailed'
		message['params'] = {'requestId': params['requestId'], 'timestamp': params['timestamp'], 'type': 'Fetch', 'errorText': 'net::ERR_ABORTED',
			'canceled': True}
	return json.dumps(message).encode()


def write_all(fd, data):
	while data:
		data = data[os.write(fd, data):]


browser, to, out = pipe_to_browser()
pending = heard = b''
while True:
	for fd in select.select([3, out], [], [])[0]:
		data = os.read(fd, 1 << 20)
		if not data:
			browser.kill()
			sys.exit(0)
		if fd == out and not plan.get('broken'):
			write_all(4, data)
			continue
		if fd == out:
			*messages, heard = (heard + data).split(b'\0')
			for message in messages:
				write_all(4, told(json.loads(message)) + b'\0')
			continue
		*calls, pending = (pending + data).split(b'\0')
		for call in calls:
			left -= json.loads(call)['method'] == plan['method']
			if left == 0 and json.loads(call)['method'] == plan['method']:
				instead(json.loads(call))
			else:
				write_all(to, call + b'\0')
