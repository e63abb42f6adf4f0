#!/bin/sh
# bench_chats.sh BENCH_CHATS [VENV]: the chat readers' figures as ratios (docs/chats.md).
#
# One synthetic WhatsApp export (200,000 messages, day first, Android) is read by our reader and by
# whatstk, chat-miner and WhatsApp-Chat-Exporter from PyPI, each parsing the same file, RUNS times in
# turn; medians of CPU seconds are compared. Parse against parse: every program goes from the file to
# its messages in memory, and only that is timed, not its start, its imports or its output; ours is
# bench_parse, which lies beside BENCH_CHATS. Each parses it twice and the second time counts, so that none pays
# for cold caches and first-touched memory. Beside it stands our time with the records of every
# message built, which none of the others does. whatstk as people call it finds the form of the header
# itself (whatstk-auto); with the form given to it (whatstk) it does less. The Python packages go into
# VENV (made if absent), never into the project. With EVIDENCE=PROGRAM the whole way is measured too: `evidence read` of that file, records,
# Merkle root and full-text index, CPU seconds of all its processes less those of a run over 1,000 messages (the
# passphrase is most of that one). With BIG=1 a Telegram result.json of 2 GiB is written and read for its memory.
set -eu
bench=$1
venv=${2:-}
runs=${RUNS:-5}
messages=${MESSAGES:-200000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work/chat.txt" "$messages" <<'PY'
import datetime, random, sys
random.seed(5)
names = ["Ana", "Marko", "+387 61 123 456", "Milica P"]
words = "zdravo kako si danas radiš molim te nemoj više da mi pišeš vidimo se sutra ok hvala".split()
t = datetime.datetime(2020, 1, 1)
with open(sys.argv[1], "w", encoding="utf-8") as f:
    for i in range(int(sys.argv[2])):
        t += datetime.timedelta(minutes=random.choice([0, 1, 1, 5]))
        body = "<Media omitted>" if i % 40 == 0 else " ".join(random.choices(words, k=random.randint(1, 14)))
        if i % 97 == 0:
            body += "\ndrugi red"
        f.write(f"{t:%d/%m/%Y, %H:%M} - {random.choice(names)}: {body}\n")
PY
cat >"$work/peer.py" <<'PY'
import sys, time, warnings, logging
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
which, path = sys.argv[1:3]
if which == "whatstk":
    from whatstk import WhatsAppChat
    def parse():
        return len(WhatsAppChat.from_source(path, hformat="%d/%m/%Y, %H:%M - %name:").df)
elif which == "whatstk-auto":
    from whatstk import WhatsAppChat
    def parse():
        return len(WhatsAppChat.from_source(path).df)
elif which == "chat-miner":
    from chatminer.chatparsers import WhatsAppParser
    def parse():
        p = WhatsAppParser(path)
        p.parse_file()
        return len(p.parsed_messages.get_df())
else:
    from Whatsapp_Chat_Exporter.exported_handler import messages
    from Whatsapp_Chat_Exporter.data_model import ChatCollection
    def parse():
        data = ChatCollection()
        messages(path, data, True)
        return sum(len(c._messages) for c in data.values())
parse()
start = time.process_time()
n = parse()
print("%s %d %.3f" % (which, n, time.process_time() - start))
PY
ours() {
	"$bench" chat-whatsapp "$work/chat.txt" 2 | awk '/seconds/ {s = $6} END {print s}'
}
parse() {
	"$(dirname "$bench")/bench_parse" "$work/chat.txt" 2 | awk 'END {print $6}'
}
median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}
if [ -n "$venv" ]; then
	[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
	"$venv/bin/pip" install -q whatstk chat-miner whatsapp-chat-exporter >"$work/pip" 2>&1 || tail -3 "$work/pip"
fi
i=0
while [ $i -lt "$runs" ]; do
	ours >>"$work/ours"
	parse >>"$work/parse"
	if [ -n "$venv" ]; then
		for peer in whatstk whatstk-auto chat-miner exporter; do
			"$venv/bin/python" "$work/peer.py" $peer "$work/chat.txt" </dev/null >"$work/out" 2>"$work/err" &&
				awk '{print $3}' "$work/out" | tail -1 >>"$work/$peer" && tail -1 "$work/out" >"$work/$peer.last" ||
				tail -1 "$work/err" >"$work/$peer.failed"
		done
	fi
	i=$((i + 1))
done
mine=$(median <"$work/ours")
parsed=$(median <"$work/parse")
awk -v s="$mine" -v n="$messages" 'BEGIN {printf "chat-whatsapp, records built: %.3f s, %d messages/s (bar 500000)\n", s, n / s}'
awk -v s="$parsed" -v n="$messages" 'BEGIN {printf "chat-whatsapp, parse alone: %.3f s, %d messages/s\n", s, n / s}'
for peer in whatstk whatstk-auto chat-miner exporter; do
	if [ -s "$work/$peer" ]; then
		awk -v p="$(median <"$work/$peer")" -v s="$parsed" -v r="$mine" -v name=$peer -v m="$(cut -d' ' -f2 "$work/$peer.last")" \
			'BEGIN {printf "%s: %.3f s, %d messages; %.1f times ours (bar 20); %.1f with our records\n", name, p, m, p / s, p / r}'
	elif [ -n "$venv" ]; then
		echo "$peer: not measured: $(cat "$work/$peer.failed" 2>/dev/null)"
	fi
done
# cpu_of FILE: CPU seconds of `evidence read` over it, in a case of its own
cpu_of() {
	case=$work/case.$(basename "$1")
	rm -rf "$case"
	"$EVIDENCE" open "$case" --number 1 --title bench --passphrase-file "$work/pw" >/dev/null
	"$EVIDENCE" -C "$case" --passphrase-file "$work/pw" add --quiet --no-read "$1" >/dev/null
	bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' - \
		"$EVIDENCE" -C "$case" --passphrase-file "$work/pw" read 2>&1 | awk '{print $1 + $2}'
}
if [ -n "${EVIDENCE:-}" ]; then
	export EVIDENCE_HOME="$work/home"
	echo 'bench passphrase' >"$work/pw"
	head -n 1000 "$work/chat.txt" >"$work/few.txt"
	"$EVIDENCE" --passphrase-file "$work/pw" identity create --name Bench --role custodian >/dev/null
	i=0
	while [ $i -lt "$runs" ]; do
		few=$(cpu_of "$work/few.txt")
		cpu_of "$work/chat.txt" | awk -v few="$few" '{print $1 - few}' >>"$work/whole"
		i=$((i + 1))
	done
	awk -v s="$(median <"$work/whole")" -v n="$messages" \
		'BEGIN {printf "records, root and index: %.3f s, %d messages/s (bar 60000)\n", s, n / s}'
fi
if [ "${BIG:-}" = 1 ]; then
	python3 - "$work/result.json" <<'PY'
import sys
text = "Zdravo kako si danas, molim te odgovori mi " * 4
one = ('{"id": %d, "type": "message", "date": "2020-09-13T14:26:40", "date_unixtime": "%d", "from": "Marko",'
       ' "from_id": "user43", "text": "' + text + '", "text_entities": [{"type": "plain", "text": "' + text + '"}]}')
with open(sys.argv[1], "w") as f:
    f.write('{"name":"A","type":"personal_chat","id":7,"messages":[\n')
    size = i = 0
    while size < 2 << 30:
        i += 1
        line = (",\n" if i > 1 else "") + one % (i, 1600000000 + i)
        size += len(line)
        f.write(line)
    f.write("\n]}")
PY
	"$bench" chat-telegram "$work/result.json" 1 | awk '/seconds/ {print "telegram 2 GiB:", $2, "records,", $6, "s"} /peak/ {printf "telegram 2 GiB: peak %.0f MiB (bar 256)\n", $2 / 1024}'
fi
