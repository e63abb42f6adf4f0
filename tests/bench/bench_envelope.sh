#!/bin/sh
# bench_envelope: an envelope made and opened, against the age program on the bare file, in the same run.
#
#   bench_envelope.sh BUILD [MIB] [RUNS]
#
# MIB (default 1024) is the size of the one file in the case; RUNS (default 3) interleaved runs, of which the median
# of the ratios counts. Both sides end with their file on the medium: `evidence` syncs by itself, age is followed by
# `sync FILE`. What a case without that file takes (the passphrase's scrypt, above all) is measured apart and said, not
# taken off. The work stands in $TMPDIR or /tmp. It measures and says; it is no test. Another program at work on the
# machine makes the figures worthless.
set -eu
build=$(cd "$1" && pwd)
mib=${2:-1024}
runs=${3:-3}
evidence=$build/cmd/evidence
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/bench.sh
. "$here/bench.sh"
to=$($evidence envelope key key --quiet)

# timed COMMAND…: sets $t, seconds, and $kib, peak memory.
timed() {
	t0=$(now)
	if [ -x /usr/bin/time ]; then
		/usr/bin/time -f %M -o peak "$@" >/dev/null
		kib=$(tail -n 1 peak)
	else
		"$@" >/dev/null
		kib=0
	fi
	t=$(calc "$(now) - $t0")
}

new_case() { $evidence --passphrase-file pw open "$1" --number 1 --title bench >/dev/null; }

new_case empty
timed "$evidence" -C empty --passphrase-file pw --quiet envelope create --to "$to" empty.asice
start=$t
new_case case
head -c $((mib * 1048576)) /dev/urandom >bare
$evidence -C case --passphrase-file pw --quiet add bare
mv -f bare case/data/00000002/*.bin # the same bytes; one copy on the medium is enough
bare=$(echo case/data/00000002/*.bin)
printf '%s, %s cores, %s MiB, %s runs\n' "$(openssl version | cut -d' ' -f1,2)" "$(nproc)" "$mib" "$runs"
r=0
while [ $r -lt "$runs" ]; do
	r=$((r + 1))
	sync
	timed "$evidence" -C case --passphrase-file pw --quiet envelope create --to "$to" ours.asice
	a=$t
	made=$kib
	sync
	timed "$evidence" --quiet envelope open --again --key key ours.asice opened.asice
	c=$t
	opened=$kib
	rm ours.asice opened.asice
	sync
	# shellcheck disable=SC2016
	timed sh -c 'age -r "$1" -o theirs "$2" && sync theirs' sh "$to" "$bare"
	b=$t
	sync
	timed sh -c 'age -d -i key -o theirs.plain theirs && sync theirs.plain'
	rm theirs theirs.plain
	printf 'run %s: create %s s, age %s s; open %s s, age %s s\n' "$r" "$a" "$b" "$c" "$t"
	calc "$b / $a" >>create
	echo >>create
	calc "$t / $c" >>open
	echo >>open
done
printf 'create: %s times the speed of age (bar 0.8), peak %s KiB; of each run %s s are what an empty case takes\n' \
	"$(median <create)" "$made" "$start"
printf 'open, which also verifies the bundle inside: %s times the speed of age, peak %s KiB\n' "$(median <open)" "$opened"
