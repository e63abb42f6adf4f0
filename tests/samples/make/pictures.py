"""Drawn pictures and their containers (JPEG segments, PNG chunks, RIFF chunks)."""
import io
import struct
import zlib

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
BOLD = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"


def font(size, path=FONT):
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def gradient(size, top, bottom):
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        part = y / max(1, size[1] - 1)
        column.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(top, bottom)))
    return column.resize(size)


def scene(size, top, bottom, caption, extra=None):
    """A sky, a house of plain shapes and a caption saying that the picture is synthetic."""
    image = gradient(size, top, bottom)
    draw = ImageDraw.Draw(image)
    w, h = size
    draw.ellipse((w * 0.72, h * 0.08, w * 0.84, h * 0.08 + w * 0.12), fill=(250, 220, 120))
    draw.rectangle((w * 0.2, h * 0.45, w * 0.6, h * 0.85), fill=(150, 140, 150))
    draw.polygon([(w * 0.15, h * 0.45), (w * 0.4, h * 0.25), (w * 0.65, h * 0.45)], fill=(130, 70, 60))
    for i in range(3):
        left = w * (0.25 + 0.11 * i)
        draw.rectangle((left, h * 0.52, left + w * 0.06, h * 0.62), fill=(220, 230, 180))
    if extra:
        extra(draw, w, h)
    draw.rectangle((0, h * 0.9, w, h), fill=(30, 30, 30))
    draw.text((w * 0.02, h * 0.915), caption, font=font(int(min(w, h) * 0.045)), fill=(240, 240, 240))
    return image


def red_car(draw, w, h):
    """What the embedded thumbnail of one sample still shows and its picture does not."""
    draw.rectangle((w * 0.66, h * 0.72, w * 0.94, h * 0.84), fill=(200, 30, 30))
    draw.rectangle((w * 0.72, h * 0.62, w * 0.88, h * 0.73), fill=(200, 30, 30))
    draw.ellipse((w * 0.69, h * 0.79, w * 0.76, h * 0.88), fill=(20, 20, 20))
    draw.ellipse((w * 0.84, h * 0.79, w * 0.91, h * 0.88), fill=(20, 20, 20))


def jpeg(image, quality=78):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=False)
    return out.getvalue()


def jpeg_with(data, segments, keep_jfif=False, trailer=b""):
    """Put APPn segments [(marker, body)] after SOI; phones write no JFIF APP0 before Exif."""
    assert data[:4] == b"\xff\xd8\xff\xe0"
    jfif = struct.unpack(">H", data[4:6])[0] + 2
    rest = data[2:] if keep_jfif else data[2 + jfif:]
    added = b"".join(bytes([0xFF, m]) + struct.pack(">H", len(b) + 2) + b for m, b in segments)
    return data[:2] + added + rest + trailer


def exif_segment(tiff):
    return (0xE1, b"Exif\0\0" + tiff)


def xmp_segment(packet):
    return (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode("utf-8"))


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(image, chunks):
    """PNG bytes with extra chunks before the first IDAT."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False, compress_level=9)
    data = out.getvalue()
    at = data.index(b"IDAT") - 4
    return data[:at] + b"".join(png_chunk(k, b) for k, b in chunks) + data[at:]


def wrap(draw, text, face, width):
    lines, line = [], ""
    for word in text.split(" "):
        trial = (line + " " + word).strip()
        if draw.textlength(trial, font=face) > width and line:
            lines.append(line)
            line = word
        else:
            line = trial
    return lines + [line]


def chat_screen(size, title, bubbles, clock, footer):
    """A chat-like phone screen. bubbles: [(from me, text, time)]. Our own drawing, no app's artwork."""
    w, h = size
    image = Image.new("RGB", size, (236, 229, 221))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, w, 48), fill=(20, 60, 60))
    draw.text((20, 10), clock, font=font(24), fill="white")
    draw.rectangle((0, 48, w, 150), fill=(30, 90, 90))
    draw.ellipse((30, 62, 106, 138), fill=(200, 200, 200))
    draw.text((130, 78), title, font=font(34, BOLD), fill="white")
    y, face, small = 190, font(30), font(20)
    for mine, text, time in bubbles:
        lines = wrap(draw, text, face, w * 0.62)
        wide = max(max(draw.textlength(t, font=face) for t in lines), 120) + 40
        tall = 42 * len(lines) + 50
        left = w - wide - 30 if mine else 30
        draw.rounded_rectangle((left, y, left + wide, y + tall), 16, fill=(214, 245, 200) if mine else "white")
        for i, line in enumerate(lines):
            draw.text((left + 20, y + 12 + 42 * i), line, font=face, fill=(20, 20, 20))
        draw.text((left + wide - 84, y + tall - 32), time, font=small, fill=(110, 110, 110))
        y += tall + 24
    draw.rectangle((0, h - 70, w, h), fill=(250, 250, 250))
    draw.text((20, h - 50), footer, font=small, fill=(120, 120, 120))
    return image
