#!/bin/bash
# windows.sh EXE VECTORS REFERENCE: what only Windows has, under wine: names in any script, paths over 260 characters, a share of
# the path forms people type, the window that stays. WINEPREFIX and the like are the caller's.
set -euo pipefail
exe=$(realpath "${1:?EXE}") vectors=$(realpath "${2:?VECTORS}") reference=$(realpath "${3:?REFERENCE}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
status=0
pin=$(grep -A1 -e '"--pin"' "$vectors/expected.json" | grep -oE '[0-9a-f]{64}' | sort | uniq -c | sort -rn | awk 'NR==1 {print $2}')

same() { # WHAT PATH [AS SEEN BY WINDOWS]: the same JSON as the reference, and verified
	local seen=${3:-$2}
	"$reference" --json --pin "$pin" "$2" >want
	if wine "$exe" --json --pin "$pin" "$seen" 2>err </dev/null | cmp -s - want && grep -q '"verdict":"TOTAL-PASSED"' want; then
		echo "same: $1"
	else
		echo "FAIL $1: $(head -c 300 err)"
		status=1
	fi
}

for name in 'bündel π.asice' 'доказ са телефона.asice' 'Кърџали-ѓќ.asice' 'provë ë ç.asice' '証拠 😀.asice' "it's (1) & 100% ^caret!.asice"; do
	cp "$vectors/good-2.asice" "$name"
	same "name $name" "$name"
done

long=.
for i in 1 2 3 4 5 6 7 8; do long=$long/$(printf 'dugačka-mapa-%02d-%040d' $i 0); done
mkdir -p "$long"
cp "$vectors/good-2.asice" "$long/bündel.asice"
[ ${#long} -gt 400 ] || exit 1
same "a path of $((${#long} + ${#PWD})) characters" "$long/bündel.asice"
same "with backslashes" "$long/bündel.asice" "$(printf '%s' "$long/bündel.asice" | tr / '\\')"
same "from drive Z:" "$long/bündel.asice" "Z:$(printf '%s' "$work/${long#./}/bündel.asice" | tr / '\\')"
same "with its full prefix" "$long/bündel.asice" "\\\\?\\Z:$(printf '%s' "$work/${long#./}/bündel.asice" | tr / '\\')"
mkdir trust
cp "$vectors"/anchor-*.pem trust/
"$reference" --json --at 2026-11-22 --trust trust "$vectors/good-chain.asice" >want || true
wine "$exe" --json --at 2026-11-22 --trust trust "$vectors/good-chain.asice" </dev/null 2>/dev/null | cmp -s - want && grep -q TOTAL-PASSED want ||
	{ echo "FAIL a folder of anchors"; status=1; }

# Exit codes of what is no bundle.
code() { # WANT WHAT ARGUMENT...
	local want=$1 what=$2 got=0
	shift 2
	wine "$exe" --json "$@" >/dev/null 2>&1 </dev/null || got=$?
	[ "$got" = "$want" ] && echo "exit $want: $what" || { echo "FAIL $what: exit $got, not $want"; status=1; }
}
code 66 'no such file' 'nema.asice'
code 66 'a name Windows cannot have' 'a|b?.asice'
code 3 'a folder' trust
code 3 'a device' NUL
code 3 'standard input' -
code 64 'nothing given'
code 64 'an unknown option' --frobnicate x

# Nothing but Windows' own libraries.
dlls=$(x86_64-w64-mingw32-objdump -p "$exe" | sed -n 's/.*DLL Name: //p' | tr 'a-z' 'A-Z' | sort | tr '\n' ' ')
for dll in $dlls; do
	case $dll in
	ADVAPI32.DLL | KERNEL32.DLL | MSVCRT.DLL | USER32.DLL | BCRYPT.DLL) ;;
	*) echo "FAIL the program needs $dll"; status=1 ;;
	esac
done
echo "imports: $dlls"

# A window of its own: on a terminal where this program alone is attached, it stays until Enter, and it asks when nothing is given.
window() { # INPUT ARGUMENT...: what the terminal shows
	python3 - "$@" <<'PY'
import fcntl, os, pty, re, select, struct, sys, termios, time
text, args = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'xterm'
    os.execvp('wine', ['wine'] + args)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 250, 0, 0))
seen, sent, waited, end = b'', 0, False, time.time() + 60
answers = text.split('|')
while time.time() < end:
    if select.select([fd], [], [], 3)[0]:
        try:
            more = os.read(fd, 65536)
        except OSError:
            more = b''
        if not more:
            break
        seen += more
    elif sent < len(answers):
        waited = True
        os.write(fd, answers[sent].encode() + b'\r')
        sent += 1
# the terminal's own language: a step to the right is a blank, the rest is not text
shown = re.sub(r'\x1b\[(\d*)C', lambda m: ' ' * int(m[1] or 1), seen.decode('utf-8', 'replace'))
shown = re.sub(r'\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]', '', shown)
sys.stdout.write(shown + '\nWAITED %s\n' % waited)
PY
}
window '' "$exe" 'bündel π.asice' >shown
if grep -q 'NOT PROVED WHO' shown && grep -q 'Press Enter' shown && grep -q 'WAITED True' shown; then
	echo "stays: a bundle dropped on the program"
else
	echo "FAIL a bundle dropped on the program: $(tail -c 400 shown)"
	status=1
fi
window '"bündel π.asice"|' "$exe" >shown
if grep -q 'Drop the bundle' shown && grep -q 'NOT PROVED WHO' shown; then
	echo "asks: a double click"
else
	echo "FAIL a double click: $(tail -c 400 shown)"
	status=1
fi
[ $status = 0 ] && echo "PASS Windows: names, paths, exit codes, imports, window"
exit $status
