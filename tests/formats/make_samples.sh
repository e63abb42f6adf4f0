#!/bin/sh
# make_samples.sh FOLDER: makes the golden samples of the metadata readers, all synthetic, with
# ffmpeg, exiftool, Pillow, heif-enc, qpdf, zip, 7z and small Python; run once, results are kept in the tree
# because other versions of these tools make other bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?folder}
mkdir -p "$out"
cd "$out"
mkdir -p magic image exif xmp iptc isobmff matroska ogg wav amr mp3 pdf archive office mail sqlite
/usr/bin/python3 "$here/make_samples.py" .
ff() { ffmpeg -v error -y -fflags +bitexact -flags +bitexact "$@"; }

# pictures: the bytes are Pillow's, the metadata exiftool's
cp image/plain.jpg exif/phone.jpg
exiftool -q -overwrite_original -n -Make=Uzorak -Model='Telefon 1' -Software='V1.2' -Orientation=6 \
	-DateTimeOriginal='2026:03:12 18:15:44' -CreateDate='2026:03:12 18:15:44' \
	-ModifyDate='2026:03:12 18:20:00' -OffsetTimeOriginal=+01:00 -SubSecTimeOriginal=417 \
	-GPSLatitude=44.8163 -GPSLatitudeRef=N -GPSLongitude=-20.4602 -GPSLongitudeRef=W -GPSAltitude=117.5 \
	-GPSAltitudeRef=0 -GPSTimeStamp=17:15:42 -GPSDateStamp=2026:03:12 -ExposureTime=0.02 -FNumber=1.8 \
	-ISO=320 -UserComment='Проба' -ImageDescription='Zgrada č' -XPTitle='Ђурђевдан' \
	'-ThumbnailImage<=image/tall.jpg' exif/phone.jpg
cp image/plain.png exif/eXIf.png
exiftool -q -overwrite_original -n -EXIF:Model=Ekran -EXIF:DateTimeOriginal='2026:01:02 03:04:05' exif/eXIf.png
cp image/plain.webp exif/exif.webp
exiftool -q -overwrite_original -n -EXIF:Make=Uzorak -EXIF:Orientation=8 exif/exif.webp
cp image/plain.tif exif/scan.tif
exiftool -q -overwrite_original -n -EXIF:Artist='Ана' -EXIF:ModifyDate='2025:12:31 23:59:59' \
	-EXIF:Software='GIMP 2.10.34' exif/scan.tif
cp image/plain.jpg xmp/edited.jpg
exiftool -q -overwrite_original -XMP-dc:Creator='Đorđe Ć' -XMP-dc:Title='Наслов' -XMP-xmp:CreatorTool='Adobe Photoshop 24.0' \
	-XMP-xmp:CreateDate='2026:03:01 10:00:00+01:00' -XMP-photoshop:City=Novi\ Sad \
	'-XMP-xmpMM:History={Action=saved,When=2026:03:02 11:00:00+01:00,SoftwareAgent=Adobe Photoshop 24.0}' xmp/edited.jpg
cp image/plain.png xmp/note.png
exiftool -q -overwrite_original -XMP-dc:Description='opis & <znak>' -XMP-dc:Subject=jedan -XMP-dc:Subject=dva xmp/note.png
cp image/plain.jpg iptc/agency.jpg
exiftool -q -overwrite_original -codedcharacterset=utf8 -IPTC:Keywords=pretnja -IPTC:Keywords=poruka \
	-IPTC:City=Приштина -IPTC:By-line='Ana A' -IPTC:DateCreated=2026:03:12 -IPTC:TimeCreated=18:15:44+01:00 iptc/agency.jpg

# pictures of other containers: thumbnails of other proportions, IPTC in TIFF, manifests
cp image/plain.tif iptc/agency.tif
exiftool -q -overwrite_original -IPTC:Keywords=pretnja -IPTC:City=Skoplje -IPTC:By-line='Ana A' \
	-IPTC:DateCreated=2026:03:12 -IPTC:TimeCreated=18:15:44+01:00 -XMP-dc:Title=Naslov iptc/agency.tif
for kind in png webp; do
	cp image/plain.$kind exif/thumb.$kind
	exiftool -q -overwrite_original -n -EXIF:GPSLatitude=44.8163 -EXIF:GPSLatitudeRef=N -EXIF:GPSLongitude=20.4602 \
		-EXIF:GPSLongitudeRef=E -EXIF:DateTimeOriginal='2026:03:12 18:15:44' -EXIF:OffsetTimeOriginal=+01:00 \
		-EXIF:Orientation=6 -EXIF:Make=Uzorak -EXIF:Software=V1.2 '-EXIF:ThumbnailImage<=image/tall.jpg' exif/thumb.$kind
done
# HEIC: heif-enc of libheif 1.15.1 makes a thumbnail item; its ispe is then made another one by make_variants.py
ff -f lavfi -i testsrc=s=256x192 -frames:v 1 big.png
heif-enc -q 10 -t 64 -o isobmff/thumb.heic big.png >/dev/null
rm big.png
exiftool -q -overwrite_original -n -EXIF:GPSLatitude=44.8163 -EXIF:GPSLatitudeRef=N -EXIF:GPSLongitude=20.4602 \
	-EXIF:GPSLongitudeRef=E -EXIF:Model='Telefon 1' -XMP-dc:Title=Naslov '-EXIF:ThumbnailImage<=image/tall.jpg' isobmff/thumb.heic
/usr/bin/python3 "$here/make_variants.py" .

# recordings
ff -f lavfi -i testsrc=d=0.4:s=64x48:r=10 -f lavfi -i sine=d=0.4:r=16000 -c:v mpeg4 -c:a aac \
	-metadata creation_time=2026-03-12T18:30:18Z -metadata title='Снимак' -metadata location=+44.8163+020.4602/ isobmff/clip.mp4
ff -i isobmff/clip.mp4 -c copy -map 0:v -metadata:s:v:0 rotate=90 -movflags use_metadata_tags \
	-metadata com.apple.quicktime.make=Uzorak -metadata com.apple.quicktime.creationdate=2026-03-12T19:30:18+0100 isobmff/turned.mov
ff -i isobmff/clip.mp4 -map 0:a -c copy -metadata artist=Ana -metadata title=Glas isobmff/voice.m4a
ff -f lavfi -i testsrc=d=0.4:s=176x144:r=10 -c:v h263 -metadata location=+45.2551+019.8452/ isobmff/old.3gp
head -c 2000 isobmff/clip.mp4 >isobmff/cut.mp4
ff -f lavfi -i testsrc=d=0.4:s=64x48:r=10 -f lavfi -i sine=d=0.4 -c:v mpeg4 -c:a libvorbis \
	-metadata title='Film č' -metadata creation_time=2026-03-01T10:00:00Z matroska/clip.mkv
ff -f lavfi -i sine=d=0.5 -c:a libopus -b:a 16k -application voip matroska/voice.webm
ff -f lavfi -i sine=d=0.5 -ac 1 -c:a libopus -b:a 16k -metadata title=Glas ogg/voice.opus
ff -f lavfi -i sine=d=0.5 -c:a libvorbis -metadata artist='Ђорђе' ogg/song.ogg
ff -f lavfi -i sine=d=0.25:r=8000 -metadata title=Zvuk -metadata ICRD=2026-03-12 wav/tone.wav
ff -f lavfi -i sine=d=0.25:r=8000 -write_bext 1 -metadata description='Opis snimka' -metadata originator=Uzorak \
	-metadata origination_date=2026-03-12 -metadata origination_time=18:15:44 wav/bext.wav
ff -f lavfi -i sine=d=0.5 -ac 2 -b:a 64k -metadata title='Претња č' -metadata artist=Ana -metadata TDEN=2026-03-12 mp3/tagged.mp3
ff -f lavfi -i sine=d=0.5 -ac 1 -b:a 32k -write_xing 0 -id3v2_version 0 mp3/plain.mp3
printf 'TAG%-30s%-30s%-30s2026%-30s\014' Stara Ana Zbirka Primedba >>mp3/plain.mp3

# documents
qpdf --deterministic-id pdf/info.pdf --object-streams=generate pdf/packed.pdf
qpdf --deterministic-id --static-aes-iv --encrypt lozinka vlasnik 256 -- pdf/info.pdf pdf/locked.pdf 2>/dev/null ||
	qpdf --encrypt lozinka vlasnik 256 -- pdf/info.pdf pdf/locked.pdf
cp pdf/info.pdf pdf/edited.pdf
exiftool -q -overwrite_original -PDF:Author='Друга особа' -XMP-dc:Title='Novi naslov' pdf/edited.pdf

# archives
(cd archive && zip -q -X -P lozinka locked.zip ../image/plain.png && cd .. && cd archive &&
	7z a -bd -y -mtm=off list.7z ../image/plain.png ../pdf/info.pdf >/dev/null)
/usr/bin/python3 "$here/make_rar.py" .

# six tenths of a file
cut() { head -c $(($(stat -c %s "$1") * 6 / 10)) "$1" >"$2"; }
for kind in gif bmp tif; do cut image/plain.$kind magic/cut.$kind; done
cut ogg/voice.opus magic/cut.opus
cut mp3/tagged.mp3 mp3/cut.mp3
sed '$d' mail/threat.eml >mail/cut.eml # its last line is the closing boundary
cut archive/list.tar.gz archive/cut.tar.gz
# names and types that fit
cp amr/voice.amr magic/voice.amr
printf '{"a":1}\n' >magic/list.txt
