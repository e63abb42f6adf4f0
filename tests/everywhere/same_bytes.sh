#!/bin/bash
# same_bytes.sh VECTORS PROGRAM [DYNAMIC]: the report does not depend on where, when and in which language it is made.
# PROGRAM runs without network, from a read-only medium, in other locales, with other settings, on one processor; DYNAMIC
# (the installed program; default PROGRAM) also with the clock at 1990 and 2045. Each time the same bytes and exit code.
set -euo pipefail
. "$(dirname "$0")/common.sh"
vectors=$(realpath "${1:?VECTORS}") program=$(realpath "${2:?PROGRAM}") dynamic=$(realpath "${3:-$2}")
need faketime faketime
need localedef locales
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$program" "$work/program"
cp "$dynamic" "$work/dynamic"
cd "$vectors"
status=0

# One bundle of each kind of verdict and of each first finding, judged at a fixed time; some by an authority.
mapfile -t bundles < <(python3 - <<'PY'
import json
seen = set()
for r in json.load(open('expected.json'))['vectors']:
    key = (r['verdict'], r['findings'][0]['code'] if r['findings'] else '')
    if r['verdict'] and not r.get('mode') and key not in seen and r['file'].endswith('.asice') and 'gib' not in r['name']:
        seen.add(key)
        print(r['file'])
PY
)
anchors=(--trust "$(grep -o 'anchor-[0-9a-f]*\.pem' expected.json | sort | uniq -c | sort -rn | awk 'NR==1 {print $2}')")
pin=$(grep -A1 -e '"--pin"' expected.json | grep -oE '[0-9a-f]{64}' | sort | uniq -c | sort -rn | awk 'NR==1 {print $2}')
options=(--at 2026-11-22T12:00:00.000Z --pin "$pin" "${anchors[@]}")

run() { # NAME COMMAND...: its output for all bundles, JSON then text, against the first one's
	local name=$1 code=0 code2=0
	shift
	"$@" --json "${options[@]}" "${bundles[@]}" >"$work/json" 2>/dev/null </dev/null || code=$?
	"$@" "${options[@]}" "${bundles[@]}" >"$work/text" 2>/dev/null </dev/null || code2=$?
	echo "$code $code2" >>"$work/json"
	if [ ! -e "$work/want.json" ]; then
		mv "$work/json" "$work/want.json"
		mv "$work/text" "$work/want.text"
		[ "$(wc -l <"$work/want.json")" = $((${#bundles[@]} + 1)) ] || { echo "FAIL $name: $(wc -l <"$work/want.json") lines"; exit 1; }
	elif cmp -s "$work/json" "$work/want.json" && cmp -s "$work/text" "$work/want.text"; then
		echo "same: $name"
	else
		echo "FAIL $name"
		diff "$work/json" "$work/want.json" | cut -c1-300 | head -n 4 || true
		diff "$work/text" "$work/want.text" | cut -c1-300 | head -n 4 || true
		status=1
	fi
}

run 'the plain program' "$work/program"
run 'the installed program' "$work/dynamic"
run 'no network, not even loopback' unshare -rn "$work/program"
run 'an empty environment' env -i "$work/program"
run 'one processor' taskset -c 0 "$work/program"

# The bundles on a medium that cannot be written, the program too; root may otherwise write anywhere.
readonly_run() {
	# shellcheck disable=SC2016
	unshare -rm bash -c 'set -e; d=$1; shift; mount --bind "$PWD" "$d"; mount -o remount,bind,ro "$d"; cd "$d"
		if touch x 2>/dev/null; then exit 99; fi; exec "$@"' _ "$work/medium" "$@"
}
mkdir "$work/medium"
run 'a read-only medium' readonly_run "$work/program"

mkdir "$work/locales"
for l in tr_TR.UTF-8 sr_RS.UTF-8@latin de_DE.ISO-8859-1 fa_IR.UTF-8; do
	modifier=${l#*@}
	[ "$modifier" = "$l" ] && modifier= || modifier=@$modifier
	language=${l%%.*} charset=${l#*.}
	localedef -i "$language$modifier" -f "${charset%@*}" "$work/locales/$l" 2>/dev/null || true
	[ -d "$work/locales/$l" ] || die "locale $l could not be made"
	run "locale $l" env LOCPATH="$work/locales" LC_ALL="$l" LANG="$l" LANGUAGE="${language%_*}" "$work/dynamic"
	run "locale $l, static" env LOCPATH="$work/locales" LC_ALL="$l" LANG="$l" "$work/program"
done
run 'time zone' env TZ=Pacific/Kiritimati "$work/program"
# That the clock is really moved, and the configuration really hostile, shows elsewhere.
{ faketime '1990-01-01 00:00:00' "$work/dynamic" --about "${bundles[0]}" 2>&1 >/dev/null || true; } | grep -q 'at 6311520[0-9][0-9] seconds' ||
	{ echo "FAIL faketime does not reach the program"; status=1; }
for when in '1990-01-01 00:00:00' '2045-12-31 23:59:59'; do
	run "clock at $when" faketime "$when" "$work/dynamic"
done

# What a stranger may have put into the environment.
cat >"$work/openssl.cnf" <<'CNF'
openssl_conf = init
[init]
alg_section = algorithms
providers = sect
[algorithms]
default_properties = fips=yes
[sect]
nothing = none
[none]
activate = 1
module = /nonexistent/nothing.so
CNF
if OPENSSL_CONF="$work/openssl.cnf" openssl dgst -sha256 /dev/null >/dev/null 2>&1; then
	echo "FAIL the configuration is not hostile"
	status=1
fi
run 'a hostile OpenSSL configuration' env OPENSSL_CONF="$work/openssl.cnf" OPENSSL_MODULES=/nonexistent OPENSSL_ENGINES=/nonexistent \
	SSL_CERT_FILE="$vectors/${anchors[1]}" OPENSSL_ia32cap=0 "$work/dynamic"
run 'a hostile OpenSSL configuration, static' env OPENSSL_CONF="$work/openssl.cnf" OPENSSL_MODULES=/nonexistent "$work/program"
run 'POSIXLY_CORRECT' env POSIXLY_CORRECT=1 COLUMNS=3 TERM=dumb NO_COLOR=1 "$work/dynamic"
[ $status = 0 ] && echo "PASS ${#bundles[@]} bundles: the same bytes each time"
exit $status
