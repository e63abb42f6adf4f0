#!/bin/sh
# light.sh READ_ITEMS EVIDENCE_READER PHOTO MAIL: evidence-reader-light reads what it can by itself, hands the rest to
# evidence-reader, which is started for that alone; without the light one all is read as well; and where the whole
# one dies, what it would have read is said to be missing. A light one that cannot begin costs nothing. Its code, moved
# in memory where that is to be had (platform/large_pages.h), can be written nowhere once it reads.
set -u
items=$1 reader=$2 photo=$3 mail=$4
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/both" "$t/whole" "$t/dead" "$t/stillborn"
for folder in both whole stillborn; do
	ln -s "$reader" "$t/$folder/evidence-reader"
done
for folder in both dead; do
	ln -s "$reader-light" "$t/$folder/evidence-reader-light"
done
printf '#!/bin/sh\necho x >>"%s"\nexit 3\n' "$t/started" >"$t/dead/evidence-reader"
printf '#!/bin/sh\necho x >>"%s"\nexit 70\n' "$t/born" >"$t/stillborn/evidence-reader-light"
chmod 700 "$t/dead/evidence-reader" "$t/stillborn/evidence-reader-light"
bad=0
expect() {
	if [ "$1" = "$2" ]; then
		echo "ok: $3"
	else
		echo "FAILED: $3 ('$1', not '$2')"
		bad=1
	fi
}
for folder in both whole; do
	"$items" "$t/$folder/evidence-reader" "$photo" "$mail" "$photo" >"$t/$folder.said" 2>"$t/err"
done
cmp "$t/both.said" "$t/whole.said" || bad=1
expect "$(grep -c '"state":"done"' "$t/both.said")" 3 'three items are read'
expect "$(grep -c '"reader":"mail"' "$t/both.said")" 1 'the mail as mail'
"$items" "$t/dead/evidence-reader" "$photo" >"$t/said" 2>"$t/err"
expect "$(grep -c '"state":"done"' "$t/said")" 1 'a photo is read by the light one alone'
expect "$(grep -c '"reader":"exif"' "$t/said")" 1 'its EXIF too'
[ -e "$t/started" ]
expect $? 1 'and the whole one is not started'
"$items" -j 4 "$t/dead/evidence-reader" "$photo" "$mail" "$photo" >"$t/said" 2>"$t/err"
[ -e "$t/started" ]
expect $? 0 'for a mail it is started'
expect "$(grep -c '"state":"done"' "$t/said")" 2 'and if it dies the photos are read all the same'
expect "$(grep '"state":' "$t/said" | sed -n 2p | grep -c '"state":"crashed","text":"evidence-reader ended')" 1 'and the mail is said to be not'
expect "$(grep -c '"value":"message/rfc822"' "$t/said")" 1 'what the light one said of it stands'
printf 'Received: by mx\nbez zaglavlja\n' >"$t/odd.eml"
for folder in both whole; do
	"$items" "$t/$folder/evidence-reader" "$t/odd.eml" >"$t/said" 2>"$t/err"
	expect "$(grep -c '"kind":"unread","text":"it looks like message/rfc822, and no reader' "$t/said")" 1 'what looks like a mail and is read as none is said to be unread'
done
for ahead in 0 4; do
	"$items" -j $ahead "$t/stillborn/evidence-reader" "$photo" "$mail" "$photo" >"$t/said" 2>"$t/err"
	cmp "$t/said" "$t/whole.said" || bad=1
done
[ "$(wc -l <"$t/born")" -le 6 ]
expect $? 0 'a light one that never begins is given up, and all is read by the whole one'

yes "$photo" | head -n 3000 >"$t/list"
"$items" -q "$t/dead/evidence-reader" <"$t/list" 2>"$t/err" &
sum=$!
maps=
while kill -0 $sum 2>/dev/null && [ -z "$maps" ]; do
	pid=$(sed 's/ .*//' "/proc/$sum/task/$sum/children" 2>/dev/null)
	# it confines itself behind the move
	grep -q '^Seccomp:.2' "/proc/$pid/status" 2>/dev/null && maps=$(cat "/proc/$pid/maps")
done
wait $sum
expect "$(echo "$maps" | grep -c ' .wx. ')" 0 'its code cannot be written'
[ "$(echo "$maps" | grep -c ' r-xp ')" -ge 2 ]
expect $? 0 'and is seen while it reads'
echo "code in large pages: $(echo "$maps" | grep -c ' r-xp 00000000 00:00 0 *$')"
exit $bad
