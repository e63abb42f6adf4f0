#!/bin/sh
# expect.sh RUN_FORMAT: writes the expected records of every chat sample. Only after check_counts.py
# agrees with the counts made by hand, and after reading the difference.
cd "$(dirname "$0")/.." || exit 1
for folder in chat-*; do
	for counts in "$folder"/*.counts; do
		sample=${counts%.counts}
		case $sample in */limit-*) continue ;; esac # counts only: megabytes of records
		set -- "$1" "$folder" "$sample"
		[ -f "$sample-wal" ] && set -- "$@" "$sample-wal"
		"$@" >"$sample.expected.jsonl" || echo "failed: $sample"
	done
done
