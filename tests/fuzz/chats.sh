#!/bin/bash
# chats.sh SECONDS [READER...]: libFuzzer over the chat readers (all, or those named: whatsapp, wa-android …), SECONDS
# each, one after the other, with sanitizers. Prints a line of LOG-chats.md for each; a finding stands in
# FUZZ_WORK/found-READER-*, and the next reader goes on. Exit 1 if anything was found or did not run.
#
#   nice -n 19 tests/fuzz/chats.sh 600            the bar of ten minutes for each of the fourteen: two hours and a half
#
#   FUZZ_BUILD  default build-fuzz    FUZZ_WORK  default build-fuzz/work-chats
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${FUZZ_BUILD:-$PWD/build-fuzz}
work=${FUZZ_WORK:-$build/work-chats}
seconds=${1:?SECONDS}
shift
[ $# -gt 0 ] || mapfile -t names < <(sed -n 's/^EVD_FORMAT(chat_\(.*\))$/\1/p' formats/formats.def | tr _ -)
[ $# -eq 0 ] || names=("$@")
mkdir -p "$work"
cmake -S . -B "$build" -G Ninja -DEVD_TESTS=ON -DEVD_FUZZ=ON -DEVD_WERROR=OFF -DEVD_SANITIZE=ON \
	-DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
targets=()
for name in "${names[@]}"; do targets+=("fuzz_format_chat_${name//-/_}"); done
cmake --build "$build" --target "${targets[@]}" -- --quiet >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log"; exit 1; }
bad=0
for name in "${names[@]}"; do
	program=$(find "$build/tests" -type f -name "fuzz_format_chat_${name//-/_}")
	seeds=tests/fuzz/corpus/chat-$name
	mkdir -p "$work/new-$name"
	log=$work/$name.log
	from=$(date +%s)
	if "$program" -max_total_time="$seconds" -max_len=16384 -timeout=60 -rss_limit_mb=1500 -print_final_stats=1 \
		-artifact_prefix="$work/found-$name-" "$work/new-$name" "$seeds" "tests/formats/chat-$name" >"$log" 2>&1; then
		said=nothing
	else
		said="see $log"
		bad=1
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
	echo "| $(date +%F) | $name | $(($(date +%s) - from)) | ${runs:-0} | $said |"
	[ "${runs:-0}" -gt 0 ] || bad=1
done
exit $bad
