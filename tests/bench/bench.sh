# shellcheck shell=sh
# bench.sh: what the benches share; sourced by them with $evidence set. A folder of their own that goes with them, an
# identity whose passphrase stands in the file pw, and small words for figures.
dir=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
cd "$dir" || exit 1
export EVIDENCE_HOME="$dir/home" LC_ALL=C
echo 'bench passphrase' >pw
"${evidence:?}" --passphrase-file pw identity create --name Bench --role custodian >/dev/null

now() { date +%s.%N; }
# calc EXPRESSION [FORMAT]
calc() { awk "BEGIN { printf \"${2:-%.3f}\", $1 }"; }
median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else print "-" }'; }
