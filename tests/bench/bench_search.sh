#!/bin/sh
# bench_search.sh BUILD [RECORDS] [RUNS]: the index and search over RECORDS records of chats (default 1000000) in one case.
#
# Printed as a table: the index made anew, in records a second of processor time (one thread: what is left is the wait for
# the medium) and of the clock; searches whose answers stand all over the case, the first 20 hits in the order of time, as
# the clock has it from start to end of the program, and its processor time. Chats are synthetic, the same every time.
set -eu
build=$(cd "$1" && pwd)
records=${2:-1000000}
runs=${3:-7}
evidence=$build/cmd/evidence
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/bench.sh
. "$here/bench.sh"

# cpu COMMAND…: sets $t, seconds of the clock, and $c, of processor time of it and its children
cpu() {
	t=$(now)
	c=$(bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' - "$@" 2>&1 | awk '{ print $1 + $2 }')
	t=$(calc "$(now) - $t")
}

"$evidence" --passphrase-file pw open case --number 1 --title bench >/dev/null
python3 - "$records" <<'PY'
import datetime, os, random, sys
random.seed(5)
left = int(sys.argv[1])
names = ["Ana", "Marko", "+387 61 123 456", "Milica P"]
words = "zdravo kako si danas radiš molim te nemoj više da mi pišeš vidimo se sutra ok hvala здраво како си kuća ћуприја".split()
t = datetime.datetime(2015, 1, 1)
chat = 0
while left > 0:
    chat += 1
    n = min(left, 100000)
    left -= n
    os.makedirs(f"chats/{chat}")
    with open(f"chats/{chat}/WhatsApp Chat with Ana.txt", "w", encoding="utf-8") as f:
        for i in range(n):
            t += datetime.timedelta(minutes=random.choice([0, 1, 1, 5]))
            body = " ".join(random.choices(words, k=random.randint(1, 14)))
            if i % 1000 == 999:
                body += " retko"
            f.write(f"{t:%d/%m/%Y, %H:%M} - {random.choice(names)}: {body}\n")
PY
"$evidence" -C case --passphrase-file pw add --quiet --no-read chats >/dev/null
cpu "$evidence" -C case --passphrase-file pw --quiet read
a=$c
n=$(python3 -c 'import sqlite3; print(sqlite3.connect("case/.case/index.sqlite").execute("SELECT count(*) FROM rec").fetchone()[0])')
printf '%s records, %s cores, %s runs (median), load %s\n' "$n" "$(nproc)" "$runs" "$(cut -d' ' -f1 /proc/loadavg)"
printf '%-58s %s\n' "read: records, root and index, records/s of CPU" "$(calc "$n / $a" %.0f)   bar 60000"
# ask NAME WORD…: notes what the search costs
ask() {
	name=$1
	shift
	cpu "$evidence" -C case search --limit 20 "$@"
	calc "1000 * $t" '%.1f\n' >>"clock-$name"
	calc "1000 * $c" '%.1f\n' >>"cpu-$name"
}
r=0
while [ "$r" -lt "$runs" ]; do
	r=$((r + 1))
	cpu "$evidence" -C case index --rebuild
	calc "$n / $c" '%.0f\n' >>rebuild
	calc "$n / $t" '%.0f\n' >>rebuild-clock
	ask word zdravo
	ask rare retko
	ask person kuca --person ana
	ask two cuprija retko
	ask phrase '"vidimo se"'
	ask prefix 'prij*'
	ask both retko --person milica
done
printf '%-58s %s\n' "index made anew, records/s of CPU" "$(median <rebuild)   bar 60000" "  of the clock" "$(median <rebuild-clock)"
for name in word rare person two phrase prefix both; do
	printf '%-58s %s\n' "first 20 hits, $name: ms (CPU)" "$(median <"clock-$name") ($(median <"cpu-$name"))   bar 50"
done
