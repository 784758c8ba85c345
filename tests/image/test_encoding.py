"""Whether bytes are text, and in which encoding."""

import pytest

from ocitui.image.encoding import LATIN_1, SNIFFED, UTF8, tell_encoding, tell_text


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"plain\n", "ASCII"),
        ("Grüße".encode(), "UTF-8"),
        (b"\xef\xbb\xbfx", "UTF-8 with BOM"),
        ("x\n".encode("utf-16"), "UTF-16 LE"),
        (b"\xfe\xff\0x", "UTF-16 BE"),
        ("x\n".encode("utf-32"), "UTF-32 LE"),
        ("no mark, but text\n".encode("utf-16-be"), "UTF-16 BE"),
        ("no mark, but text\n".encode("utf-16-le"), "UTF-16 LE"),
        ("Grüße aus Köln, sagte er zu ihr".encode("latin-1"), "Latin-1"),
        ("“Quoted” words are in Windows".encode("cp1252"), "Windows-1252"),
        ("ä ö ü ß é".encode() + b"\xff", "UTF-8 with errors"),
        ("Приветствие, текст в старой кодировке\n".encode("koi8-r"), "unknown encoding"),
        (b"\x1b[31mred\x1b[0m\n", "ASCII"),
        (b"\x00\x01\x02", None),
        (b"\x7fELF\x02\x01\x01\x00", None),
        (bytes(100), None),
        (bytes(range(1, 256)), None),
    ],
)
def test_encodings(data: bytes, name: str | None) -> None:
    told = tell_encoding(data, is_whole=True)
    assert (told.name if told else None) == name


def test_a_character_cut_at_the_end_of_the_beginning_is_no_error() -> None:
    data = "ü".encode()[:1]
    assert tell_encoding(b"abcdefgh" * 4 + data, is_whole=False) is UTF8
    assert tell_encoding(b"abcdefgh" * 4 + data, is_whole=True) is LATIN_1


def test_only_the_beginning_tells_whether_a_file_is_text() -> None:
    assert tell_text(b"a\n" * SNIFFED + b"\0") is not None
    assert tell_text(b"a\n" * (SNIFFED // 2 - 1) + b"\0") is None
    cut = b"a" * (SNIFFED - 1) + "ü".encode()
    assert tell_text(cut) is UTF8
