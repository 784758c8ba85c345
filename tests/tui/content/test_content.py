"""What the viewer knows of contents, without a screen: lines, encodings, kinds, searches, layout."""

import gzip
import io
import json
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocitui.cells import cells
from ocitui.display import printable
from ocitui.errors import CancelledError, LayerError
from ocitui.image.encoding import ASCII, LATIN_1, UTF8, WINDOWS, TextEncoding
from ocitui.image.file_kind import tell_kind
from ocitui.image.search.needle import Needle
from ocitui.tui.content import pages as pages_module
from ocitui.tui.content.byte_diff import first_difference, rows_around
from ocitui.tui.content.byte_search import find_backward, find_forward, line_start, line_stop
from ocitui.tui.content.hex_rows import HexLayout, hex_text
from ocitui.tui.content.highlight import highlight
from ocitui.tui.content.layout import columns_before, line_parts, line_text, wrap, wrapped_height
from ocitui.tui.content.lexing import colour_lines
from ocitui.tui.content.line_index import LineIndex
from ocitui.tui.content.line_region import LineRegion
from ocitui.tui.content.line_rows import LineRows
from ocitui.tui.content.pages import Pages
from ocitui.tui.content.text_window import TextWindow
from tests.tui.memory_contents import MemoryContents

WIDE = TextEncoding("UTF-16 LE", "utf-16-le", 2)
MARKED = TextEncoding("UTF-8 with BOM", "utf-8", 1, 3)
ENCODINGS = st.sampled_from([UTF8, WIDE, MARKED, TextEncoding("UTF-16 BE", "utf-16-be", 2, 2)])
DATA = st.binary(max_size=60) | st.text("ab\n\r\t", max_size=60).map(str.encode)


def starts_of(data: bytes, encoding: TextEncoding) -> list[int]:
    """Where lines begin, by splitting the whole."""
    unit, first = encoding.unit, min(encoding.mark, len(data))
    body = data[first:]
    ends = [
        first + at + unit for at in range(0, len(body) - unit + 1, unit) if body[at : at + unit] == encoding.newline
    ]
    return [at for at in [first, *ends] if at < len(data)]


# Lines.


@given(DATA, ENCODINGS, st.data())
def test_a_region_finds_the_lines_of_the_whole(data: bytes, encoding: TextEncoding, draw: st.DataObject) -> None:
    expected = starts_of(data, encoding)
    anchor = draw.draw(st.sampled_from([*expected, len(data)]))
    region = LineRegion(encoding, len(data), anchor)
    while not (region.is_whole_above and region.is_whole_below):
        size = draw.draw(st.integers(1, 5)) * encoding.unit
        if region.is_whole_below or (not region.is_whole_above and draw.draw(st.booleans())):
            begin = max(region.first, region.begin - size)
            region.grow_up(data[begin : region.begin])
        else:
            region.grow_down(data[region.end : region.end + size])
    assert [region.start(line) for line in range(len(region))] == expected
    stops = [region.stop(line) for line in range(len(region))]
    assert stops == [*expected[1:], len(data)][: len(expected)]
    for offset in range(min(encoding.mark, len(data)), len(data)):
        assert region.line_at(offset) == sum(start <= offset for start in expected) - 1


@given(DATA, ENCODINGS, st.lists(st.integers(1, 9), max_size=20), st.integers(1, 4))
def test_the_index_counts_as_the_whole_does(data: bytes, encoding: TextEncoding, chunks: list[int], page: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ocitui.tui.content.line_index.PAGE", page * 4)
        encoding = TextEncoding(encoding.name, encoding.codec, encoding.unit)
        index = LineIndex(encoding)
        at = 0
        for chunk in [*chunks, len(data)]:
            index.feed(data[at : at + chunk])
            at += chunk
        assert index.fed == len(data)
        for offset in range(0, len(data) + 1, encoding.unit):
            number = index.number_at(offset, lambda begin, size: data[begin : begin + size])
            assert number == encoding.count_lines(data[:offset])
        assert index.number_at(len(data) + 1, lambda begin, size: b"") is None


@given(st.binary(max_size=300), st.integers(0, 300), ENCODINGS)
@example(b"\n" * 40 + b"x", 41, UTF8)
def test_a_window_around_any_place_shows_the_lines_of_the_whole(
    data: bytes, offset: int, encoding: TextEncoding
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in ("pages", "text_window"):
            patch.setattr(f"ocitui.tui.content.{module}.PAGE", 16)
        patch.setattr("ocitui.tui.content.byte_search.CHUNK", 64)
        pages = Pages(MemoryContents(data))
        offset = max(encoding.mark, min(offset, len(data)))
        offset -= (offset - encoding.mark) % encoding.unit if offset < len(data) else 0
        window = TextWindow.around(pages, encoding, offset, 3, lambda: False)
        expected = starts_of(data, encoding)
        region = window.region
        while not region.is_whole_below:
            window.take("down", pages.read(*window.next_part("down")))
        found = [region.start(line) for line in range(len(region))]
        assert found == expected[len(expected) - len(found) :]
        if not expected:
            return
        assert found
        pages.read(0, len(data))
        for line, (start, stop) in enumerate(zip(found, [*found[1:], len(data)], strict=True)):
            assert window.text(line) == line_text(encoding.decode(data[start:stop]))
        index = LineIndex(encoding)
        if window.first_number is None:
            number, is_exact = window.number(0, index)
            assert not is_exact
            index.feed(data)
            number = index.number_at(region.start(0), pages.read) or 0
            window.learn_number(region.start(0), number)
        assert window.line_count == len(expected)


def test_lines_of_utf_16_break_at_whole_characters_only() -> None:
    text = "a\u0a00\n\u000a0b\u0a0d\n"
    assert [line for line in text.split("\n") if line] == ["a\u0a00", "0b\u0a0d"]
    data = text.encode("utf-16-le")
    assert starts_of(data, WIDE) == [0, *WIDE.line_ends(data, 0)][: len(starts_of(data, WIDE))]


@given(st.lists(st.integers(1, 4), max_size=12), st.integers(0, 6))
def test_rows_of_wrapped_lines(heights: list[int], above: int) -> None:
    above = min(above, len(heights))
    rows = LineRows(lambda line: heights[line + shift])
    shift = above
    rows.grow(0, len(heights) - above)
    shift = 0
    assert rows.grow(above, 0) == sum(heights[:above])
    shown = [(line, row) for line, height in enumerate(heights) for row in range(height)]
    assert [rows.line_at(row) for row in range(len(rows))] == shown
    assert [rows.row_of(line) for line in range(len(heights))] == [shown.index((n, 0)) for n in range(len(heights))]


# Pages.


class Reads:
    """Contents that note what is read of them, and may fail."""

    def __init__(self, data: bytes, size: int | None = None) -> None:
        self._data = data
        self.size = len(data) if size is None else size
        self.asked: list[tuple[int, int]] = []

    def read(self, offset: int, size: int) -> bytes:
        self.asked.append((offset, size))
        return self._data[offset : offset + size]


@given(st.binary(max_size=100), st.lists(st.tuples(st.integers(0, 110), st.integers(0, 40)), max_size=8))
def test_pages_give_the_bytes_and_forget_the_oldest(data: bytes, asked: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages_module, "PAGE", 8)
        patch.setattr(pages_module, "KEPT", 3)
        pages = Pages(MemoryContents(data))
        for offset, size in asked:
            peeked = pages.peek(offset, size)
            assert peeked is None or peeked == data[offset : offset + size]
            assert pages.read(offset, size) == data[offset : offset + size]
            assert pages.read_through(offset, size) == data[offset : offset + size]


def test_a_file_that_ends_too_early_is_an_error() -> None:
    with pytest.raises(LayerError, match="expected 9 bytes, found an end after 3"):
        Pages(Reads(b"abc", 9)).read(0, 9)


# Encodings and kinds.


@given(st.binary(max_size=40), st.sampled_from([UTF8, ASCII, LATIN_1, WINDOWS, WIDE, TextEncoding("", "utf-32-le", 4)]))
def test_any_bytes_decode_and_are_safe_to_draw(data: bytes, encoding: TextEncoding) -> None:
    shown = "".join(text for text, _ in line_parts(encoding.decode(data)))
    assert shown.isprintable()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("a", "b")
    return file.getvalue()


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as opened:
        opened.addfile(tarfile.TarInfo("x"))
    return file.getvalue()


def database(folder: Path) -> bytes:
    connection = sqlite3.connect(folder / "x.db")
    connection.execute("create table a (b)")
    connection.close()
    return (folder / "x.db").read_bytes()


def elf(kind: int, machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + bytes([kind, 0, machine, 0]) + bytes(40)


def test_kinds(tmp_path: Path) -> None:
    known = {
        b"": "empty file",
        b"x\r\ny\r\n": "text · ASCII · CRLF",
        b"x\r\ny\n": "text · ASCII · CRLF and LF",
        b"x\ry": "text · ASCII · CR",
        elf(2, 62): "ELF 64-bit x86-64 program",
        elf(3, 183): "ELF 64-bit AArch64 program or library",
        gzip.compress(b"x"): "gzip-compressed data",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR": "PNG image",
        archive(): "ZIP archive",
        tar(): "tar archive",
        database(tmp_path): "SQLite database",
        b"\xca\xfe\xba\xbe\0\0\0\x34": "Java class",
        b"\xca\xfe\xba\xbe\0\0\0\x02": "Mach-O program for several architectures",
        b"TZif2" + bytes(9): "time zone data",
        b"\xde\x12\x04\x95" + bytes(9): "gettext messages",
        bytes(9): "zeros",
        b"\x01\x02\x03\x00": "data",
        b"\0asm\x01\0\0\0": "WebAssembly module",
        b"!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n\0\0\x01": "Debian package",
    }
    assert {data: tell_kind(b"name", data, len(data)).describe() for data in known} == known
    assert tell_kind(b"a.pyc", b"\xa7\x0d\r\n\0\0\0\0", 8).words == "Python bytecode"


@given(st.binary(max_size=200), st.binary(max_size=10))
def test_every_kind_is_safe_to_draw(data: bytes, name: bytes) -> None:
    words = tell_kind(name, data, len(data)).describe()
    assert words
    assert words == printable(words)


@pytest.mark.parametrize(
    ("name", "data", "may_be"), [(b"a.json", b"x", True), (b"a", b" {", True), (b"a", b"x", False)]
)
def test_what_may_be_json(name: bytes, data: bytes, may_be: bool) -> None:
    assert tell_kind(name, data, len(data)).may_be_json is may_be


# Searching.


TEXTS = st.text("aAbBäÄ\n ", max_size=40)


@given(TEXTS, st.text("aAbBäÄ", min_size=1, max_size=3), st.sampled_from([UTF8, LATIN_1, WIDE]), st.integers(1, 9))
def test_a_needle_is_found_as_in_the_whole(text: str, sought: str, encoding: TextEncoding, chunk: int) -> None:
    data = encoding.encode(text)
    is_exact = sought != sought.lower()
    plain, wanted = (text, sought) if is_exact else (text.lower(), sought.lower())
    places = [at for at in range(len(plain)) if plain.startswith(wanted, at)]
    offsets = [len(encoding.encode(text[:at])) for at in places]
    needle = Needle(sought, encoding.encode, encoding.unit)

    def read(offset: int, size: int) -> bytes:
        return data[offset : offset + size]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ocitui.tui.content.byte_search.CHUNK", chunk * encoding.unit)
        first = find_forward(needle, read, 0, len(data), lambda: False)
        last = find_backward(needle, read, 0, len(data), lambda: False)
    assert (first[0] if first else None) == (offsets[0] if offsets else None)
    assert (last is None) == (not offsets)
    assert last is None or last[0] in offsets
    assert [begin for begin, _ in needle.spans(data)][:1] == offsets[:1]


def test_what_can_be_typed() -> None:
    assert Needle("7f 45 4C", hex_too=True).spans(b"..\x7fEL") == [(2, 5)]
    assert Needle("0x7f454c", hex_too=True).spans(b"..\x7fEL") == [(2, 5)]
    assert Needle("7f 45 4C").spans(b"..\x7fEL") == []
    assert Needle("\\x1b[31m").spans(b"..\x1b[31m \\x1b[31m") == [(2, 7), (8, 16)]
    assert Needle("ü", ASCII.encode).spans("Ü".encode()) == [(0, 2)]
    assert Needle("日", LATIN_1.encode).spans(b"abc") == []
    assert Needle("K", UTF8.encode).spans(b"k K") == [(2, 3)]


def test_a_search_can_be_stopped() -> None:
    read = MemoryContents(b"x" * 10).read
    for find in (find_forward, find_backward):
        with pytest.raises(CancelledError):
            find(Needle("y"), read, 0, 10, lambda: True)
    with pytest.raises(CancelledError):
        line_start(UTF8, read, 5, lambda: True)
    with pytest.raises(CancelledError):
        line_stop(UTF8, read, 5, 10, lambda: True)


@given(DATA, ENCODINGS, st.integers(4, 20), st.data())
def test_where_a_line_begins_and_ends(data: bytes, encoding: TextEncoding, chunk: int, draw: st.DataObject) -> None:
    starts = starts_of(data, encoding)
    if not starts:
        return
    offset = draw.draw(st.integers(starts[0], len(data) - 1))
    read = MemoryContents(data).read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ocitui.tui.content.byte_search.CHUNK", chunk // 4 * 16)
        assert line_start(encoding, read, offset, lambda: False) == max(start for start in starts if start <= offset)
        offset -= (offset - encoding.mark) % encoding.unit
        after = [start for start in starts if start > offset]
        stop = line_stop(encoding, read, offset, len(data), lambda: False)
        assert stop == (after[0] if after else len(data))


# Layout.


@given(st.text("ab\t日e\u0301\x1b\u202e ", max_size=60), st.integers(4, 20))
def test_wrapped_rows_are_the_whole_line_and_fit(text: str, width: int) -> None:
    parts = line_parts(text, [("keyword", 3), ("", 2), ("string", 5)])
    rows = wrap(parts, width)
    assert "".join(piece for row in rows for piece, _ in row) == "".join(piece for piece, _ in parts)
    assert all(sum(cells(piece) for piece, _ in row) <= width for row in rows)
    assert len(wrap(line_parts(text), width)) == wrapped_height(text, width)


def test_tabs_go_to_columns_of_eight() -> None:
    assert line_parts("a\tb\t\x1bc") == [("a       b       \\x1bc", "code--text")]
    assert line_parts("a\tb", [("comment", 2)]) == [("a       ", "code--comment"), ("b", "code--text")]
    assert columns_before("a\tb", 2) == 8


def test_hex_rows() -> None:
    layout = HexLayout(100, 78)
    assert (layout.width, layout.row_count, layout.offset(6)) == (16, 7, "000060")
    assert layout.bytes_text(bytes(range(16))) == "00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  "
    assert hex_text(b"aZ \0\x1b\xff") == "aZ  ··"
    assert layout.spans([(7, 9)], 8) == [(29, 35), (65, 67)]
    narrow = HexLayout(1 << 36, 40)
    assert (narrow.width, narrow.offset(1), len(narrow.bytes_text(b"a"))) == (8, "000000008", 25)


# Colours.


def test_colours_cover_each_line() -> None:
    text = 'def f():\r\n    """Doc\n    string."""\n    return 1  # why\n'
    language, lines = colour_lines("a.py", text)
    assert language == "Python"
    assert [sum(length for _, length in line) for line in lines] == [8, 10, 14, 19, 0]
    assert lines[0][0] == ("keyword", 3)
    assert lines[3][-1] == ("comment", 5)


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("run", "#!/usr/bin/env -S python3 -u\n", "Python"),
        ("run", "#! /bin/sh\n", "Bash"),
        ("entry", "#!/sbin/unknown-thing\n", ""),
        ("x", "<?xml version='1.0'?>\n<a/>", "XML"),
        ("site.conf", "# a\n[main]\nkey = 1\n", "INI"),
        ("a.pl", "print 1;", "Perl"),
        ("Dockerfile", "FROM x", "Docker"),
        ("notes.txt", "hello", ""),
        ("secret.pem", "key", ""),
        ("secret.pem", "-----BEGIN PRIVATE KEY-----\n", "PEM"),
        ("nothing", "hello", ""),
    ],
)
def test_languages(name: str, text: str, language: str) -> None:
    assert colour_lines(name, text)[0] == language


async def test_a_lexer_that_takes_too_long_is_ended() -> None:
    assert await highlight("a.py", "x = 1\n", patience=0.0) == ("", [])
    assert await highlight("a.js", "x" * 100_000) == ("", [])


async def test_colours_come_from_another_process() -> None:
    language, lines = await highlight("a\0\n.py", "x = 'ü\udc80'\n")
    assert language == "Python"
    assert json.loads(json.dumps(lines))[0][-1] == ["string", 4]


# Differences.


@given(st.binary(max_size=30), st.binary(max_size=30), st.integers(1, 7))
def test_the_first_byte_that_differs(before: bytes, after: bytes, chunk: int) -> None:
    pages = Pages(MemoryContents(before)), Pages(MemoryContents(after))
    shorter = min(len(before), len(after))
    unlike = [at for at in range(shorter) if before[at] != after[at]]
    expected = unlike[0] if unlike else None if len(before) == len(after) else shorter
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ocitui.tui.content.byte_diff.CHUNK", chunk)
        found = first_difference(*pages, lambda: False, lambda done: None)
    assert found == expected
    if found is not None:
        assert any(
            row.before != row.after and row.offset <= found < row.offset + 8 for row in rows_around(*pages, found, 8)
        )
