"""screen.py PROGRAMS: `evidence capture` on an X server with real windows and several monitors. Pixels are held
against xwd's, geometry against xwininfo's and xrandr's."""
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time

from desk import Cli, Desk, capture, check, last, part, png, records, same


class Screens(Cli):
	@contextlib.contextmanager
	def on(self, desk):
		"""Captures from another screen for a while."""
		before, self.env['DISPLAY'] = self.env['DISPLAY'], desk.name
		yield
		self.env['DISPLAY'] = before


def whole_screen(t, desk):
	path, facts = capture(t, 'screen', '--basis', 'own-device', '--label', 'desk')
	picture = png(path)
	same(picture, desk.xwd('-root'), 'screen')
	check(facts['pixelsSha256'] == hashlib.sha256(b''.join(picture[2])).hexdigest(), 'digest of the pixels')
	check(facts['display']['name'] == desk.name and facts['area'] == '800x600+0+0', 'display and area')
	check(facts['locked'] in ('yes', 'no', 'unknown') and facts['pointer']['drawn'] is False, 'lock and pointer')
	check(facts['tool']['name'] == 'evidence-capture' and facts['from'] <= facts['to'], 'tool and times')
	clock = records(t, last(t))[0]['clock']
	check(clock['synchronised'] in ('yes', 'no', 'unknown'), 'clock')


def monitors(t, desk):
	desk.run('xrandr', '--setmonitor', 'left', '300/80x600/160+0+0', 'screen')
	desk.run('xrandr', '--setmonitor', 'right', '500/130x600/160+300+0', 'none')
	whole = desk.xwd('-root')
	for name, x, width in (('left', 0, 300), ('right', 300, 500)):
		path, facts = capture(t, 'monitor', '--monitor', name)
		same(png(path), part(whole, x, 0, width, 600), 'monitor ' + name)
		listed = {m['name']: m['geometry'] for m in facts['display']['monitors']}
		check(listed == {'left': '300x600+0+0', 'right': '500x600+300+0'}, 'monitors: %s' % listed)
	said = t.evidence('capture', 'monitor', '--monitor', 'middle', expect=66)
	check('left' in said and 'right' in said, 'the monitors there are')


def windows(t, desk):
	desk.window('Razgovor', '40x10+60+50', 'seq 1 30; cat')
	desk.run('xprop', '-name', 'Razgovor', '-f', '_NET_WM_NAME', '8u', '-set', '_NET_WM_NAME', 'Razgovor s Anom Š')
	desk.window('Kalkulator', '20x5+420+300')
	whole = desk.still()
	info = desk.run('xwininfo', '-name', 'Kalkulator').decode()
	x, y, width, height = (int(info.split(k)[1].split()[0]) for k in
		('Absolute upper-left X:', 'Absolute upper-left Y:', 'Width:', 'Height:'))
	border = int(info.split('Border width:')[1].split()[0])  # xwininfo gives the corner outside of it
	x, y = x + border, y + border
	path, facts = capture(t, 'window', '--title', 'Kalkul')
	same(png(path), part(whole, x, y, width, height), 'window')
	w = facts['window']
	check(w['title'] == 'Kalkulator' and w['class'] == 'XTerm' and w['windowsOver'] == 0, 'window: %s' % w)
	check(os.path.basename(w.get('program', 'xterm')) == 'xterm', 'its program')
	path, facts = capture(t, 'window', '--title', 'Anom Š')
	check(facts['window']['title'] == 'Razgovor s Anom Š', 'a title beyond ASCII')
	t.evidence('capture', 'window', '--title', 'no such window', expect=66)
	# a second window of the name: refused, not guessed
	desk.window('Kalkulator 2', '20x5+420+420')
	check('2 windows' in t.evidence('capture', 'window', '--title', 'Kalkulator', expect=66), 'two windows')
	# one over the other is said; the picture shows what the screen showed
	desk.window('Pokrivac', '10x2+90+80')
	desk.still()
	path, facts = capture(t, 'window', '--title', 'Razgovor')
	check(facts['window']['windowsOver'] == 1, 'a window over it')
	geometry = facts['area']
	size, x, y = geometry.split('+')
	width, height = map(int, size.split('x'))
	same(png(path), part(desk.still(), int(x), int(y), width, height), 'window with another over it')


def regions(t, desk):
	path, facts = capture(t, 'region', '--geometry', '123x45+67+89')
	same(png(path), part(desk.xwd('-root'), 67, 89, 123, 45), 'region')
	path, facts = capture(t, 'region', '--geometry', '400x400+600+500')
	check(facts['area'] == '200x100+600+500' and facts['clipped'] is True, 'a region over the edge')
	t.evidence('capture', 'region', '--geometry', '10x10+5000+5000', expect=66)
	t.evidence('capture', 'region', '--geometry', '10x10', expect=64)


def refusals(t, desk):
	before = last(t)
	t.env.pop('DISPLAY')
	check('no display' in t.evidence('capture', 'screen', expect=69), 'no display')
	t.env['DISPLAY'] = desk.name
	t.evidence('capture', expect=64)
	t.evidence('capture', 'screen', '--title', 'x', expect=64)
	t.evidence('capture', 'screen', '--basis', 'covert', expect=64)
	# a protected window is one black area
	black = desk.start('xterm', '-T', 'Crno', '-bg', 'black', '-fg', 'black', '-cr', 'black', '-bw', '0', '-b', '0',
		'-geometry', '20x4+500+20', '+sb', '-e', 'cat')
	desk.wait_for('Crno')
	done = subprocess.run([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'window', '--title', 'Crno',
		'--passphrase-file', t.pass_file], env=t.env, capture_output=True, text=True)
	check(done.returncode == 1 and 'black' in done.stderr and last(t) == before, 'black, not kept')
	path, facts = capture(t, 'window', '--title', 'Crno', '--keep-black', expect=1)
	check(facts['black'] is True and not any(map(any, png(path)[2])), 'black, kept')
	black.kill()
	# the window goes while the case is open
	t.evidence('capture', 'window', '--title', 'Pokrivac', '--repeat', '2', '--every', '0.2')
	check(last(t) == before + 3, 'two pictures, two entries')


def click(t, desk):
	"""A real click, by the X server's own test extension, if xdotool is there."""
	from shutil import which
	if not which('xdotool'):
		print('click: not tried, no xdotool')
		return
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'window', '--passphrase-file',
		t.pass_file], env=t.env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
	check('Click' in p.stderr.readline(), 'asked to click')
	time.sleep(0.3)
	desk.run('xdotool', 'mousemove', '450', '330', 'click', '1')
	check(p.wait(20) == 0, 'the click was taken')
	window = [r for r in records(t, last(t)) if r['kind'] == 'origin'][0]['capture']['window']
	check(window['title'] == 'Kalkulator', 'the window clicked on')


def series(t, desk):
	"""A chat that scrolls: a header that stands, lines that move. The view is laid out again here by hand."""
	fifo = t.path('lines')
	os.mkfifo(fifo)
	desk.window('Chat', '30x10+500+180', "printf '\\033[2;10rHEADER\\033[10;1H'; while read l; do echo \"$l\"; done <'%s'" % fifo)
	lines = open(fifo, 'w')
	say = lambda first, n: (lines.write(''.join('%d %s\n' % (i, 'abcdefgh'[i % 8] * (i % 19)) for i in range(first, first + n))),
		lines.flush(), desk.still())
	say(1, 12)
	before = last(t)
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'window', '--title', 'Chat', '--series',
		'--passphrase-file', t.pass_file], env=t.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	# a frame is a file of the entry under way once its picture was taken
	frames = lambda: sum(name.endswith('.png') for _, _, names in os.walk(t.case + '/.case/incoming') for name in names)
	for taken, (first, n) in enumerate(((13, 3), (16, 4), (20, 40)), 1):
		p.stdin.write(b't')
		p.stdin.flush()
		while frames() < taken and p.poll() is None:
			time.sleep(0.05)
		say(first, n)
	p.stdin.write(b't')
	p.stdin.close()
	p.stdin = None
	out, err = p.communicate(timeout=60)
	check(p.returncode == 1 and b'gap' in err, 'the gap is said: %d %s' % (p.returncode, err))
	check(last(t) == before + 2, 'one entry for the frames, one for the view')
	frames = [r for r in records(t, before + 1) if r['kind'] == 'content']
	facts = [r['capture']['overlap'] for r in records(t, before + 1) if r['kind'] == 'origin']
	check([f['result'] for f in facts] == ['first', 'overlap', 'overlap', 'gap'], 'overlaps: %s' % facts)
	check([f['moved'] for f in facts[1:3]] == [39, 52], 'three and four lines of 13 rows: %s' % facts)
	pictures = [png(t.case + '/' + f['path'])[2] for f in frames]
	view = [r for r in records(t, last(t)) if r['kind'] == 'content'][0]
	rows = png(t.case + '/' + view['path'])[2]
	foot = facts[1]['footer']
	end = len(pictures[0]) - foot
	by_hand = pictures[0][:end] + pictures[1][end - 39:end] + pictures[2][end - 52:]
	check(rows[:len(by_hand)] == by_hand, 'the view up to the gap')
	check(rows[-len(pictures[3]):] == pictures[3], 'the view behind the gap')
	entry = json.load(open('%s/custody/%08d/entry.json' % (t.case, last(t))))
	check(entry['action'] == 'derive' and entry['details'] == {'method': 'stitch'}, 'the view is derived')


def by_key_and_time(t, desk):
	"""A pause closes the entry, the next key opens another; with --every pictures come by themselves until the key that ends."""
	before = last(t)
	words = ('-C', t.case, 'capture', 'window', '--title', 'Razgovor', '--series', '--passphrase-file', t.pass_file)
	t.run('evidence', *words, stdin=b'ttp tq')
	contents = lambda seq: [r for r in records(t, seq) if r['kind'] == 'content']
	actions = [json.load(open('%s/custody/%08d/entry.json' % (t.case, seq)))['action'] for seq in range(before + 1, last(t) + 1)]
	check(actions == ['capture', 'derive', 'capture', 'derive'], 'two entries of frames, each with its view: %s' % actions)
	check([len(contents(before + n)) for n in (1, 3)] == [2, 2], 'two frames each')
	before = last(t)
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), *words, '--every', '0.2'], env=t.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
		stderr=subprocess.PIPE)
	taken = 0
	while taken < 3 and p.poll() is None:  # a word about each frame that is the same as the one before
		taken += b'same' in p.stderr.readline()
	out, err = p.communicate(b'q')
	check(p.returncode == 0 and last(t) == before + 2 and len(contents(before + 1)) >= 4, 'by time: %d %s' % (p.returncode, err))
	at = [r['capture']['from'] for r in records(t, before + 1) if r['kind'] == 'origin']
	check(at == sorted(at) and len(set(at)) == len(at), 'one after the other: %s' % at)


def interrupted(t, desk):
	"""Ctrl-C in a long row of pictures: what was taken is in, the case holds."""
	before = last(t)
	p = subprocess.Popen([os.path.join(t.programs, 'evidence'), '-C', t.case, 'capture', 'screen', '--repeat', '1000',
		'--passphrase-file', t.pass_file], env=t.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	for _ in range(3):
		p.stdout.readline()
	p.send_signal(signal.SIGINT)
	p.communicate(timeout=30)
	check(last(t) >= before + 3, 'pictures before Ctrl-C')
	t.evidence('check')


def scaled(t, desk):
	"""What makes programs draw larger is said; the pixels are the server's own."""
	subprocess.run(['xrdb', '-nocpp', '-merge'], env=desk.env, input=b'Xft.dpi:\t192\n', check=True)
	path, facts = capture(t, 'screen')
	check(facts['scale'] == {'picture': 1, 'xftDpi': '192'}, 'scale: %s' % facts['scale'])
	same(png(path), desk.xwd('-root'), 'screen of a scaled desk')


def sixteen(t):
	"""A screen of 16 bits: 5, 6 and 5 bits become 8 by value * 255 / most, rounded; xwd gives the server's own words."""
	with Desk('320x200x16') as desk, t.on(desk):
		desk.window('Sesnaest', '20x5+10+10', 'echo raz dva; cat')
		desk.still()
		words = desk.xwd_words('-root')
		path, facts = capture(t, 'screen')
		spread = lambda v, most: (2 * v * 255 + most) // (2 * most)
		rows = [b''.join(bytes((spread(w >> 11, 31), spread(w >> 5 & 63, 63), spread(w & 31, 31))) for w in row) for row in words]
		check(png(path) == (320, 200, rows), 'a screen of 16 bits')
		check(facts['display']['depth'] == 16, 'its depth')


def pace(t):
	"""1920x1080, also of noise, which no PNG makes smaller. How long each took (the bar is 300 ms) is printed: a busy machine is no fault."""
	with Desk('1920x1080x24') as desk, t.on(desk):
		desk.window('Spis', '150x50+40+30', 'ls -lR /usr/share | head -3000; cat')
		for what in ('windows', 'noise'):
			if what == 'noise':
				desk.noise(t.path('noise.xwd'))
			out = t.evidence('capture', 'screen', '--repeat', '9', '--json').splitlines()
			ms = sorted(json.loads(line)['ms'] for line in out)
			print('pace: %s, %d bytes: median %d ms, most %d ms' % (what, json.loads(out[0])['size'], ms[4], ms[-1]))
			check(len(ms) == 9, 'nine pictures: %s' % ms)
			same(png(t.case + '/' + [r for r in records(t, last(t)) if r['kind'] == 'content'][0]['path']), desk.xwd('-root'), what)


def main():
	t, desk = Screens(sys.argv[1]), Desk()
	try:
		t.env.update(DISPLAY=desk.name)
		t.env.pop('WAYLAND_DISPLAY', None)
		t.identity()
		t.run('evidence', 'open', '--number', 'K 1', '--title', 'screens', t.case,
			'--passphrase-file', t.pass_file)
		whole_screen(t, desk)
		monitors(t, desk)
		windows(t, desk)
		regions(t, desk)
		refusals(t, desk)
		click(t, desk)
		series(t, desk)
		by_key_and_time(t, desk)
		interrupted(t, desk)
		scaled(t, desk)
		sixteen(t)
		pace(t)
		t.evidence('check')
	finally:
		desk.close()
	print('screen: fine')


main()
