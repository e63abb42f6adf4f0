#!/bin/sh
# Audio, video and HEIC samples. Usage: make_media.sh EVIDENCE WORK
# One thread and bit-exact muxers, so that the same tools give the same bytes again.
set -eu
evidence=$1
work=$2
here=$(dirname "$0")

encode() { # OUTPUT ARGUMENTS…: one ffmpeg run
	out=$1
	shift
	mkdir -p "$(dirname "$out")"
	ffmpeg -nostdin -hide_banner -loglevel error -y "$@" -threads 1 -map_metadata -1 \
		-fflags +bitexact -flags:v +bitexact -flags:a +bitexact "$out"
}

# Beeps in the rhythm of short sentences; the expression is silence between them.
beeps() { # SECONDS FREQUENCY
	printf "aevalsrc=exprs='0.3*sin(2*PI*%s*t)*gt(mod(t\\,0.7)\\,0.25)':d=%s:s=48000" "$2" "$1"
}
picture() { # SECONDS WIDTHxHEIGHT RATE
	printf 'testsrc2=d=%s:s=%s:r=%s' "$1" "$2" "$3"
}

phone=$evidence/telefon
whatsapp=$phone/WhatsApp/Media

# Voice message: mono Opus in Ogg, 16 kbit/s.
voice() { # OUTPUT SECONDS FREQUENCY
	encode "$1" -f lavfi -i "$(beeps "$2" "$3")" -ac 1 -c:a libopus -b:a 16k -application voip -f ogg
}
voice "$whatsapp/WhatsApp Voice Notes/PTT-20260312-WA0003.opus" 3.5 440
voice "$work/PTT-20260312-WA0012.opus" 2 523
voice "$work/00000006-AUDIO-2026-03-14-22-13-11.opus" 2.5 392

# Recorder application: AAC in M4A with title and recording time.
encode "$phone/Recordings/Snimak poziva 001.m4a" -f lavfi -i "$(beeps 4 330)" -ac 1 -ar 44100 \
	-c:a aac -b:a 32k -metadata title='Snimak poziva – čekaonica' \
	-metadata creation_time=2026-03-13T10:21:44Z -f ipod

# Phone video: H.264 and AAC; android_udta.py adds the position as Android writes it (©xyz).
encode "$work/android.mp4" -f lavfi -i "$(picture 3 320x240 15)" -f lavfi -i "$(beeps 3 262)" \
	-c:v libx264 -preset slow -crf 30 -pix_fmt yuv420p -c:a aac -b:a 32k -ac 1 \
	-metadata creation_time=2026-03-12T18:30:18Z -f mp4
/usr/bin/python3 -B "$here/android_udta.py" "$work/android.mp4" \
	"$phone/DCIM/Camera/VID_20260312_193015.mp4" '+44.8163+020.4602/'

# The same pictures as a messenger delivers them: smaller, no time, no position.
encode "$work/VID-20260312-WA0004.mp4" -f lavfi -i "$(picture 2 176x144 10)" \
	-c:v libx264 -preset slow -crf 34 -pix_fmt yuv420p -f mp4

# Older phone: H.263 in 3GP, position in loci.
encode "$phone/DCIM/Camera/VID_20260311_102233.3gp" -f lavfi -i "$(picture 2 176x144 10)" \
	-f lavfi -i "$(beeps 2 294)" -c:v h263 -b:v 60k -c:a aac -ar 16000 -ac 1 -b:a 16k \
	-metadata creation_time=2026-03-11T09:22:36Z -metadata location='+45.2551+019.8452/' -f 3gp

# iPhone-like MOV: Apple's metadata keys, local time with offset beside the UTC header.
encode "$evidence/iphone/IMG_2043.MOV" -f lavfi -i "$(picture 2 320x240 15)" \
	-f lavfi -i "$(beeps 2 349)" -c:v libx264 -preset slow -crf 30 -pix_fmt yuv420p \
	-c:a aac -b:a 32k -ac 1 -movflags use_metadata_tags \
	-metadata creation_time=2026-03-14T08:06:02Z \
	-metadata com.apple.quicktime.location.ISO6709='+41.3275+019.8187+107.400/' \
	-metadata com.apple.quicktime.make=Apple -metadata com.apple.quicktime.model='iPhone 14' \
	-metadata com.apple.quicktime.software=18.3.1 \
	-metadata com.apple.quicktime.creationdate=2026-03-14T09:06:02+0100 -f mov

# One HEVC still picture in HEIF with the Exif item of the JPEG it is made from.
heif-enc -q 60 -o "$evidence/iphone/IMG_2041.HEIC.tmp.heic" "$work/heic.jpg" >/dev/null
mv "$evidence/iphone/IMG_2041.HEIC.tmp.heic" "$evidence/iphone/IMG_2041.HEIC"
