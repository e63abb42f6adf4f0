#!/bin/sh
# bench_growth: what ten times the items, or ten times the bytes, cost: instructions (valgrind --tool=callgrind,
# which no other load on the machine changes) and peak memory.
#
#   bench_growth.sh BUILD [ITEMS]      ITEMS (default 1000) is the smaller number of files
#
# Bars: ten times the items or bytes ≤ 10.5 times the instructions; memory the same for bytes, and at most 128
# bytes for each further item. add and seal count without opening the key (scrypt), which costs the same each time:
# the count of `note` is taken off.
set -eu
build=$(cd "$1" && pwd)
items=${2:-1000}
evidence=$build/cmd/evidence
verify=$build/cmd/evidence-verify
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/bench.sh
. "$here/bench.sh"

# counted COMMAND…: instructions of all its threads, on standard output
counted() {
	valgrind --tool=callgrind --callgrind-out-file=callgrind.out "$@" >/dev/null 2>valgrind.log || [ $? -le 2 ]
	sed -n 's/^summary: \([0-9]*\).*/\1/p; s/^totals: \([0-9]*\).*/\1/p' callgrind.out | tail -n 1
}
peak() {
	/usr/bin/time -f %M -o peak "$@" >/dev/null 2>&1 || true
	tail -n 1 peak
}
make_case() { # NAME FOLDER
	rm -rf "$1"
	$evidence --passphrase-file pw open "$1" --number 1 --title bench >/dev/null
}
files() { # FOLDER N BYTES
	mkdir "$1"
	head -c $(($2 * $3)) /dev/urandom | split -a 6 -b "$3" - "$1/f"
}

# Opening the key takes 128 MiB for a moment, which hides what add and seal take: tests/fire/load.py measures those
# with a key that opens cheaply.
measure() { # NAME FOLDER: sets i_add i_seal i_verify m_add m_seal m_verify
	make_case case
	base=$(counted "$evidence" -C case --passphrase-file pw --quiet note x)
	i_add=$(($(counted "$evidence" -C case --passphrase-file pw --quiet add --no-read "$1") - base))
	rm -f out.asice
	i_seal=$(($(counted "$evidence" -C case --passphrase-file pw --quiet seal out.asice) - base))
	i_verify=$(counted "$verify" out.asice)
	make_case case
	m_add=$(peak "$evidence" -C case --passphrase-file pw --quiet add --no-read "$1")
	rm -f out.asice
	m_seal=$(peak "$evidence" -C case --passphrase-file pw --quiet seal out.asice)
	m_verify=$(peak "$verify" out.asice)
}

show() { # WHAT UNIT FURTHER
	printf '%-8s %-6s %14s %14s %7s   bar 10.5    %8s KiB %8s KiB %s\n' "$1" "$2" "$3" "$4" "$(calc "$4 / $3" %.2f)" "$5" "$6" "$7"
}
compare() { # UNIT SMALL LARGE FURTHER
	measure "$2"
	a1=$i_add s1=$i_seal v1=$i_verify ma=$m_add ms=$m_seal mv=$m_verify
	measure "$3"
	for step in add seal verify; do
		case $step in
		add) set -- "$1" "$2" "$3" "$4" "$a1" "$i_add" "$ma" "$m_add" ;;
		seal) set -- "$1" "$2" "$3" "$4" "$s1" "$i_seal" "$ms" "$m_seal" ;;
		verify) set -- "$1" "$2" "$3" "$4" "$v1" "$i_verify" "$mv" "$m_verify" ;;
		esac
		if [ "$4" -gt 0 ]; then
			each="$(calc "($8 - $7) * 1024 / $4" %.0f) bytes each further, bar 128"
		else
			each='bar: the same'
		fi
		show "$step" "$1" "$5" "$6" "$7" "$8" "$each"
	done
}
files few "$items" 512
files many $((items * 10)) 512
files small 4 4194304
files large 4 41943040
printf 'instructions for 1 and 10 times, their ratio; peak memory for 1 and 10 times\n'
compare items few many $((items * 9))
compare bytes small large 0
