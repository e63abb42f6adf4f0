#!/bin/sh
# Are the samples the files that facts.tsv speaks of, all of them and no others? Exit 0 or 1.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -F '\t' '$2 == "sha256sum" { print $4 "  " $1 }' facts.tsv >"$work/sums"
awk -F '\t' '$2 == "sha256sum" { print $1 }' facts.tsv | LC_ALL=C sort >"$work/listed"
(cd evidence && find . -type f | sed 's,^\./,,' | LC_ALL=C sort) >"$work/present"
test -s "$work/sums"
cmp "$work/listed" "$work/present"
cd evidence
sha256sum --check --strict --quiet "$work/sums"
