#!/bin/sh
# bench_main: the figures of the main path, as ratios to what anyone would use instead, in the same run.
#
#   bench_main.sh BUILD [SCALE] [RUNS]
#
# BUILD is the build folder. SCALE divides the sizes (1: as the bars say; 16: a sixteenth of bytes and files).
# RUNS (default 7) interleaved runs, of which the median ratio counts. The work stands in $TMPDIR or /tmp.
# It measures and says; it is no test. Another program at work on the machine makes the figures worthless.
set -eu
build=$(cd "$1" && pwd)
scale=${2:-1}
runs=${3:-7}
evidence=$build/cmd/evidence
verify=$build/cmd/evidence-verify
lanes=$build/tests/fire/evidence-verify-lanes
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/bench.sh
. "$here/bench.sh"

# timed COMMAND…: sets $t, seconds, and $kib, peak memory of the largest process.
timed() {
	t0=$(now)
	if [ -x /usr/bin/time ]; then
		/usr/bin/time -f %M -o peak "$@" >/dev/null 2>&1 || true
		kib=$(tail -n 1 peak)
	else
		"$@" >/dev/null 2>&1 || true
		kib=0
	fi
	t=$(calc "$(now) - $t0")
}

# row NAME BAR: prints the median of the ratios in ./ratio and of the seconds in ./ours and ./theirs.
row() {
	printf '%-44s %8s s %8s s %8s  bar %s\n' "$1" "$(median <ours)" "$(median <theirs)" \
		"$(median <ratio)" "$2"
	rm -f ours theirs ratio
}
note_run() { # OURS THEIRS
	echo "$1" >>ours
	echo "$2" >>theirs
	calc "$1 / $2" >>ratio
	echo >>ratio
}
peak() { [ "${2:-0}" -gt "$(cat "peak-$1" 2>/dev/null || echo 0)" ] && echo "$2" >"peak-$1"; true; }

fill() { # FOLDER FILES BYTES
	mkdir -p "$1"
	i=0
	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		head -c "$3" /dev/urandom >"$1/f$i.bin"
	done
}
new_case() {
	rm -rf "$1"
	$evidence --passphrase-file pw open "$1" --number 1 --title bench >/dev/null
}
printf '%s, %s cores, scale 1/%s, %s runs (median)\n\n' "$(openssl version | cut -d' ' -f1,2)" "$(nproc)" "$scale" "$runs"
printf '%-44s %10s %10s %8s\n' work ours instead ratio

large() { # 8 large files: add, seal, verify
	fill large 8 $((268435456 / scale))
	for step in add seal verify; do : >"all-$step"; done
	r=0
	while [ $r -lt "$runs" ]; do
		r=$((r + 1))
		new_case case
		rm -rf copy big.asice big.zip
		sync
		timed $evidence -C case --passphrase-file pw --quiet add --no-read large
		a=$t; peak add "$kib"
		timed sh -c 'cp -r large copy && sync && openssl dgst -sha256 large/* && openssl dgst -sha512 large/*'
		echo "$a $t" >>all-add
		sync
		timed $evidence -C case --passphrase-file pw --quiet seal big.asice
		a=$t; peak seal "$kib"
		timed sh -c 'openssl dgst -sha256 large/* && zip -q -0 -r big.zip large && sync'
		echo "$a $t" >>all-seal
		timed $verify big.asice
		a=$t; peak verify "$kib"
		timed openssl dgst -sha256 large/*
		b=$t
		timed sha256sum large/*
		echo "$t" >>sum
		if command -v hashdeep >/dev/null; then
			timed hashdeep -c sha256 large/*
			echo "$t" >>deep
		fi
		echo "$a $b" >>all-verify
	done
	for step in add:0.70 seal:0.45 verify:0.50; do
		while read -r a b; do note_run "$a" "$b"; done <"all-${step%:*}"
		row "${step%:*}, 8 files of $((262144 / scale)) KiB" "${step#*:}"
	done
	printf '  the same by sha256sum: %s s; by hashdeep: %s s\n' "$(median <sum)" \
		"$( [ -f deep ] && median <deep || echo -)"
	rm -rf large copy case big.asice big.zip
}

# A processor without SHA instructions: ours by the build that takes the lanes, OpenSSL by its own switch.
many() {
	fill many 64 $((33554432 / scale))
	new_case case
	$evidence -C case --passphrase-file pw --quiet add --no-read many >/dev/null
	$evidence -C case --passphrase-file pw --quiet seal many.asice >/dev/null
	r=0
	while [ $r -lt "$runs" ]; do
		r=$((r + 1))
		timed "$lanes" many.asice
		a=$t; peak verify "$kib"
		timed env OPENSSL_ia32cap=:~0x20000000 openssl dgst -sha256 many/*
		note_run "$a" "$t"
	done
	row "verify, 64 files of $((32768 / scale)) KiB, no SHA instructions" 0.20
	rm -rf many case many.asice
}

one() {
	fill one 1 $((4294967296 / scale))
	new_case case
	$evidence -C case --passphrase-file pw --quiet add --no-read one >/dev/null
	$evidence -C case --passphrase-file pw --quiet seal one.asice >/dev/null
	r=0
	while [ $r -lt "$runs" ]; do
		r=$((r + 1))
		timed $verify one.asice
		a=$t; peak verify "$kib"
		timed openssl dgst -sha256 one/*
		note_run "$a" "$t"
	done
	row "verify, one file of $((4096 / scale)) MiB" 1.10
	rm -rf one case one.asice
}

# Nothing is deleted until all runs are over: ext4 does not give out an inode again that was freed in the last minutes, and
# looks at each of them when a file is made, so that a run paid for the tidying of the one before.
small() {
	n=$((100000 / scale))
	mkdir small
	head -c $((n * 4096)) /dev/urandom | split -b 4096 -a 5 - small/f
	r=0
	while [ $r -lt "$runs" ]; do
		r=$((r + 1))
		mkdir "run$r"
		new_case "run$r/case"
		sync
		timed $evidence -C "run$r/case" --passphrase-file pw --quiet add --no-read small
		a=$t; peak add "$kib"
		timed $evidence -C "run$r/case" --passphrase-file pw --quiet seal "run$r/small.asice"
		s=$t; peak seal "$kib"
		timed $verify "run$r/small.asice"
		v=$t; peak verify "$kib"
		printf '  run %s: add %s s, seal %s s, verify %s s\n' "$r" "$a" "$s" "$v" >&2
		if command -v eatmydata >/dev/null; then # the same without waiting for the medium
			new_case "run$r/quick"
			timed eatmydata $evidence -C "run$r/quick" --passphrase-file pw --quiet add --no-read small
			q=$t
			timed eatmydata $evidence -C "run$r/quick" --passphrase-file pw --quiet seal "run$r/quick.asice"
			calc "100 * (1 - ($q + $t) / ($a + $s))" >>durable
			echo >>durable
		fi
		timed sh -c 'cp -r small "$1/copy" && hashdeep -c sha256 -r small >"$1/known" && zip -q -0 -r "$1/small.zip" small &&
			hashdeep -c sha256 -r -a -k "$1/known" small && sync' - "run$r"
		note_run "$(calc "$a + $s + $v")" "$t"
	done
	row "add + seal + verify, $n files of 4 KiB" 2.5
	printf "  of add + seal the wait for the medium (against eatmydata): %s %%\n" "$( [ -f durable ] && median <durable || echo -)"
	rm -rf small run*
}

ten() {
	fill ten 10 5000
	new_case case
	$evidence -C case --passphrase-file pw --quiet add --no-read ten >/dev/null
	$evidence -C case --passphrase-file pw --quiet seal ten.asice >/dev/null
	for r in 1 2 3 4 5 6 7 8 9 10 11; do
		timed $verify ten.asice
		echo "$t" >>ours
	done
	printf '%-44s %8s s %29s\n' "verify of a 10-item bundle" "$(median <ours)" "bar 0.030 s"
	rm -rf ours ten case ten.asice
}

for part in ${BENCH_PARTS:-large many one small ten}; do $part; done
for what in add seal verify; do
	[ -f peak-$what ] && printf 'peak memory of %-6s %6s KiB  bar 65536 KiB (add and seal: with the 131072 KiB that opening the key takes before; without: tests/fire/load.py)\n' \
		$what "$(cat peak-$what)"
done
true
