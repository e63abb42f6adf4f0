#!/bin/sh
# golden.sh RUN_FORMAT READER FOLDER: reads every SAMPLE in FOLDER that has a SAMPLE.expected.jsonl
# and compares the records, byte for byte. Companions of a sample are SAMPLE-wal, -shm, -journal.
# A folder without samples fails: a reader without expected results is not tested.
set -u
# times without a zone are read as if UTC, as in the sandbox
export TZ=UTC0
run=$1 reader=$2 folder=$3
n=0 bad=0
for expected in "$folder"/*.expected.jsonl; do
	[ -f "$expected" ] || break
	sample=${expected%.expected.jsonl}
	set -- "$sample"
	for more in "$sample-wal" "$sample-shm" "$sample-journal"; do
		[ -f "$more" ] && set -- "$@" "$more"
	done
	n=$((n + 1))
	if ! "$run" "$reader" "$@" >"${TMPDIR:-/tmp}/golden.$$" 2>"${TMPDIR:-/tmp}/golden-err.$$" ||
		! cmp -s "${TMPDIR:-/tmp}/golden.$$" "$expected"; then
		bad=$((bad + 1))
		echo "differs: $sample"
		diff "$expected" "${TMPDIR:-/tmp}/golden.$$" | head -20
		cat "${TMPDIR:-/tmp}/golden-err.$$"
	fi
done
rm -f "${TMPDIR:-/tmp}/golden.$$" "${TMPDIR:-/tmp}/golden-err.$$"
if [ $n -eq 0 ]; then
	echo "no samples with expected records in $folder"
	exit 1
fi
echo "$((n - bad)) passed, $bad failed"
[ $bad -eq 0 ]
