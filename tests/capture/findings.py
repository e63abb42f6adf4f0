"""findings.py PROGRAMS: what a page's reader must know is a finding of the signed record, each with a page that has it, and none on
pages that do not."""
import shutil
import sys

from desk import check
from entries import PARTS, Page, last, open_case
from pages import Site, html, picture, to, tone

TEXT = ''.join('<p>Paragraph %d of a plain page with text enough to be read.</p>' % i for i in range(40))
COOKIES = '<div style="position:fixed;left:0;right:0;bottom:0;height:120px;background:#fff">%s <button>OK</button></div>'

# path, page, findings, a word of the text of each
PAGES = (
	('/plain', html('plain', '<div style="position:fixed;top:0;left:0;right:0;height:50px;background:#eee">Home News</div>' + TEXT + '<a href=/x>Cookie policy</a>'), [], []),
	('/picture', html('picture', '<img src=/one.png><script>document.title = "a"</script>'), [], []),
	('/app', html('app', '<div style="position:fixed;inset:0;overflow:auto">%s</div><script>1</script>' % TEXT), [], []),
	('/hidden', html('hidden', TEXT + '<form style="display:none"><input type=password></form>'), [], []),
	('/form', html('form', TEXT + '<form><input name=u><input type=password></form>'), ['web-login-wall'], ['password']),
	('/shadow', html('shadow', TEXT + '<div id=d></div><script>document.getElementById("d").attachShadow({mode: "open"}).innerHTML = "<input type=password>"</script>'),
		['web-login-wall'], ['password']),
	('/private', to('/account/login?next=private'), ['web-login-wall'], ['/account/login']),
	('/cookies', html('cookies', TEXT + COOKIES % 'We use cookies.'), ['web-consent-overlay'], ['% of the viewport']),
	('/kolacici', html('kolacici', TEXT + COOKIES % 'Користимо колачиће.'), ['web-consent-overlay'], ['% of the viewport']),
	('/framed', html('framed', TEXT + COOKIES % '<iframe title="Consent" src=/asks style="width:100%;height:100px"></iframe>'), ['web-consent-overlay'], ['%']),
	('/modal', html('modal', TEXT + '<div style="position:fixed;inset:0;background:rgba(0,0,0,.9);color:#fff">Subscribe first</div>'), ['web-overlay'], ['100 %']),
	('/dialog', html('dialog', TEXT + '<dialog id=d style="width:80%;height:80%">Subscribe</dialog><script>document.getElementById("d").showModal()</script>'),
		['web-overlay'], ['fixed']),
	('/shell', html('shell', '<div id=root></div><script>window.app = {}</script>'), ['web-empty-shell'], ['no text']),
	('/nothing-here', None, ['web-error-page'], ['404']),
	('/broken', lambda h, b: h.give(html('broken', 'sorry'), status=500), ['web-error-page'], ['500']),
	('/locked', lambda h, b: h.give(html('locked', 'sign in'), status=401), ['web-error-page', 'web-login-wall'], ['401', '401']),
	('/feed', html('feed', '<div id=d></div><script>const more = () => { for (let i = 0; i < 20; i++) { const e = document.createElement("p");'
		'e.style.height = "100px"; e.textContent = "x"; document.getElementById("d").append(e) } }; more(); addEventListener("scroll", () => {'
		'if (scrollY + innerHeight + 500 > document.body.scrollHeight) more() })</script>'), ['web-cut'], ['grew while it was scrolled']),
	('/high', html('high', '<p>x</p><div style="height:9000px"></div><p>y</p>'), ['web-cut'], ['goes on below 5000']),
	('/lost', html('lost', TEXT + '<img src=/lost.png>'), ['web-resource-missing'], ['/lost.png']),
	('/film', html('film', TEXT + '<video src=/lost.webm></video>'), ['web-media-not-captured'], ['/lost.webm']),
	('/tone', html('tone', TEXT + '<audio controls autoplay preload=auto src=/tone.wav></audio>'), [], []),
	('/later', html('later', TEXT + '<video preload=none><source src=/later.webm></video>'), ['web-media-not-captured'], ['0.0 seconds of it were loaded: http']),
	('/fed', html('fed', TEXT + '<audio id=a></audio><script>const m = new MediaSource(); document.getElementById("a").src = URL.createObjectURL(m)</script>'),
		['web-media-not-captured'], ['blob:http']),
)


def main():
	t = open_case(sys.argv[1])
	site = Site({path: what for path, what, _, _ in PAGES if what})
	site.routes.update({'/account/login': html('login', 'Sign in with another site'), '/asks': html('asks', 'May we?'), '/tone.wav': lambda h, b: h.give(tone(2), 'audio/wav'),
		'/one.png': lambda h, b: h.give(picture(300, 200, (9, 8, 7)), 'image/png')})
	before = last(t)
	out = t.evidence('capture', 'web', '--max-height', '5000', *(site.base + path for path, *_ in PAGES), expect=1)
	check(out.count('traffic.wacz') == len(PAGES) and last(t) == before + len(PAGES), 'an entry a page')
	wrong = []
	for i, (path, _, codes, words) in enumerate(PAGES):
		page = Page(t, before + 1 + i)
		check(PARTS <= set(page.path) and page.facts['dom']['url'] == site.base + path, '%s: its items' % path)
		if page.found != codes or not all(w in text for w, text in zip(words, page.words)):
			wrong.append('%s: %s' % (path, list(zip(page.found, page.words))))
	check(not wrong, '\n'.join(wrong))
	played = Page(t, before + 1 + [path for path, *_ in PAGES].index('/tone'))
	check(tone(2) in played.read('traffic'), 'sound that was played is in the traffic, which is stored unpacked')
	t.evidence('capture', 'web', site.base + '/plain', site.base + '/picture')  # and the exit code of pages without any
	t.evidence('check')
	shutil.rmtree(t.dir)


main()
