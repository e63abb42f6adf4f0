#!/bin/sh
# Make the sample evidence anew on Debian 12 and read its facts. Usage: make.sh [FOLDER]
# FOLDER defaults to tests/samples; evidence/ in it is replaced as a whole.
#
# apt-get install --no-install-recommends python3 python3-pil python3-cairo fonts-dejavu-core \
#	ffmpeg libheif-examples libimage-exiftool-perl poppler-utils file unzip
set -eu
umask 022
export TZ=UTC0 LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/..}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/evidence" "$work/parts"
python="/usr/bin/python3 -B"

$python "$here/make_photos.py" "$work/evidence" "$work/parts"
sh "$here/make_media.sh" "$work/evidence" "$work/parts"
$python "$here/make_pdf.py" "$work/evidence" "$work/parts"
$python "$here/make_mail.py" "$work/evidence" "$work/parts"
$python "$here/make_chats.py" "$work/evidence" "$work/parts"
$python "$here/facts.py" "$work/evidence" >"$work/facts.tsv"

mkdir -p "$target"
rm -rf "$target/evidence"
cp -r "$work/evidence" "$target/evidence"
cp "$work/facts.tsv" "$target/facts.tsv"
