#!/bin/sh
# bench_reader.sh BUILD [PHOTOS] [RUNS]: metadata of PHOTOS photos (default 10000, copies of the samples)
# by evidence-reader, in its sandbox, against exiftool run once over the folder. Interleaved runs, median;
# the ratio and the time an item are what counts. Both start with the files in the page cache. Processor time (user
# and system, all processes of each) is printed beside it: on a machine that does other things it is steadier, but it
# gives no credit for the second processor, which evidence-reader uses and exiftool does not.
set -eu
build=${1:?build folder} photos=${2:-10000} runs=${3:-7}
here=$(cd "$(dirname "$0")/.." && pwd)
items=$(find "$build" -name read_items -type f | head -1)
reader=$(find "$build" -name evidence-reader -type f | head -1)
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/photos"
find "$here/samples/evidence" -name '*.jpg' -o -name '*.JPG' | sort >"$t/samples"
n=0
while [ "$n" -lt "$photos" ]; do
	while read -r f && [ "$n" -lt "$photos" ]; do
		cp "$f" "$t/photos/$n.jpg"
		n=$((n + 1))
	done <"$t/samples"
done
find "$t/photos" -type f >"$t/list"
now() { date +%s%N; }
i=0
while [ "$i" -lt "$runs" ]; do
	a=$(now)
	/usr/bin/time -a -o "$t/ours.cpu" -f '%U %S' "$items" -q -j 8 "$reader" <"$t/list" 2>"$t/say"
	b=$(now)
	/usr/bin/time -a -o "$t/theirs.cpu" -f '%U %S' exiftool -q -j -n -r "$t/photos" >/dev/null 2>&1
	c=$(now)
	echo $(((b - a) / 1000)) >>"$t/ours"
	echo $(((c - b) / 1000)) >>"$t/theirs"
	i=$((i + 1))
done
median() { sort -n "$1" | sed -n "$(((runs + 1) / 2))p"; }
ours=$(median "$t/ours") theirs=$(median "$t/theirs")
for who in ours theirs; do
	awk '{ print 1000 * ($1 + $2) }' "$t/$who.cpu" >"$t/$who.ms"
done
cat "$t/say"
uptime
awk -v o="$(median "$t/ours.ms")" -v t="$(median "$t/theirs.ms")" -v n="$photos" 'BEGIN {
	printf "processor time: %.3f ms an item, exiftool %.3f, ratio %.1f\n", o / n, t / n, t / o }'
awk -v o="$ours" -v t="$theirs" -v n="$photos" -v r="$runs" 'BEGIN {
	printf "%d photos, median of %d runs: evidence-reader %.3f s (%.3f ms an item), exiftool %.3f s (%.3f ms an item)\n",
		n, r, o / 1e6, o / 1e3 / n, t / 1e6, t / 1e3 / n
	printf "ratio %.1f (bar 10), %s; %.3f ms an item (bar 5), %s\n", t / o, (t / o >= 10 ? "met" : "NOT met"),
		o / 1e3 / n, (o / 1e3 / n <= 5 ? "met" : "NOT met") }'
