"""The JSON viewer: exact text, folding, search, digests; most of it without a screen."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from ocitui.cells import cells
from ocitui.errors import CancelledError
from ocitui.spec.digest import Digest
from ocitui.tui.rows.search_bar import Query
from ocitui.tui.view.folds import Folds
from ocitui.tui.view.json_lines import JsonLines
from ocitui.tui.view.json_scan import JsonError, scan_json
from ocitui.tui.view.json_view import AT_ONCE, FollowDigest, JsonView

DIGEST = Digest.of(b"layer")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=30,
)
INDENTS = st.sampled_from([None, 0, 1, 4, "\t"])


def exact(data: bytes) -> Any:
    """A document with the order and repetition of its keys, and the digits of its numbers, kept."""
    return json.loads(
        data,
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_float=lambda text: ("number", text),
        parse_int=lambda text: ("number", text),
        parse_constant=lambda text: ("number", text),
    )


@pytest.mark.slow
@given(VALUES, INDENTS, st.booleans())
def test_formatted_is_the_same_document(value: Any, indent: Any, is_ascii: bool) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    lines = JsonLines.parse(data)
    if lines.error is None:
        assert exact(b"\n".join(lines.formatted())) == exact(data)
    else:
        assert "UTF-8" in str(lines.error)


@pytest.mark.slow
@given(VALUES)
def test_formatted_as_python_formats(value: Any) -> None:
    data = json.dumps(value).encode()
    assert b"\n".join(JsonLines.parse(data).formatted()).decode() == json.dumps(value, indent=2)


def test_what_python_would_lose_is_kept() -> None:
    data = b'{"b": 1.50, "a": 12345678901234567890123, "b": 1E400, "n": NaN, "m": -Infinity, "s": "\\u0041\\/"}'
    assert b"\n".join(JsonLines.parse(data).formatted()) == data.replace(b"{", b"{\n  ").replace(b"}", b"\n}").replace(
        b", ", b",\n  "
    )


@given(st.binary(max_size=20) | st.text('{}[]",:01.eE-+truefalsn\\ \n', max_size=14).map(str.encode))
def test_only_json_is_accepted(data: bytes) -> None:
    try:
        json.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except ValueError:
        with pytest.raises(JsonError):
            scan_json(data)
    else:
        scan_json(data)


@pytest.mark.parametrize(
    ("data", "line", "column", "problem"),
    [
        (b"", 1, 1, "expected a value, and it ends here"),
        (b'{"a": 1,}', 1, 9, "expected a key in quotes"),
        (b'{\n "\xc3\xa9": [1 2]}', 2, 10, "expected ',' or ']'"),
        (b'["a\n"]', 1, 4, "a control character in a string: 0x0a"),
        (b'["a\\x"]', 1, 4, "a backslash that escapes nothing"),
        (b'["a', 1, 2, "a string that does not end"),
        (b"[1] x", 1, 5, "expected nothing after the value"),
        (b'{"a" 1}', 1, 6, "expected ':' after the key"),
        (b"[1}", 1, 3, "expected ',' or ']'"),
        (b'{"a": 1]', 1, 8, "expected ',' or '}'"),
        (b'{"a":\n"\xff"}', 2, 2, "not UTF-8: byte 0xff"),
    ],
)
def test_where_it_breaks(data: bytes, line: int, column: int, problem: str) -> None:
    with pytest.raises(JsonError) as caught:
        scan_json(data)
    assert (caught.value.line, caught.value.column, caught.value.problem) == (line, column, problem)


def test_deep_nesting_is_no_recursion() -> None:
    lines = JsonLines.parse(b"[" * 100_000 + b"1" + b"]" * 100_000)
    assert len(lines) == 200_001
    assert lines.parts(100_000, 40)[-1][0].endswith("…")
    lines.folds.fold_all()
    assert lines.folds.row_count == 3
    lines.folds.reveal(50)
    assert lines.folds.line_at(lines.folds.row_of(50)) == (50, 0)


def test_reading_can_be_stopped() -> None:
    with pytest.raises(CancelledError):
        scan_json(b"[1, 2]", lambda: True)


@pytest.mark.slow
@given(VALUES, st.data())
def test_folds_agree_with_a_naive_list(value: Any, data: st.DataObject) -> None:
    scan = scan_json(json.dumps(value).encode())
    folds = Folds(scan.partners)
    count = len(scan.starts)
    numbers = st.integers(0, count - 1)
    for line, folded in data.draw(st.lists(st.tuples(numbers, st.booleans()), max_size=6)):
        folds.fold(line, folded)
    for line, height in data.draw(st.lists(st.tuples(numbers, st.integers(1, 4)), max_size=4)):
        folds.set_heights({line: height})
    shown: list[tuple[int, int]] = []
    line = 0
    while line < count:
        is_folded = folds.can_fold(line) and folds.is_folded(line)
        shown += [(line, row) for row in range(1 if is_folded else folds.height_of(line))]
        line = scan.partners[line] + 1 if is_folded else line + 1
    assert folds.row_count == len(shown)
    assert [folds.line_at(row) for row in range(folds.row_count)] == shown
    for row, (line, within) in enumerate(shown):
        assert folds.row_of(line) == row - within
    hidden = data.draw(numbers)
    folds.reveal(hidden)
    assert folds.line_at(folds.row_of(hidden))[0] == hidden


@pytest.mark.slow
@given(st.text(max_size=300), st.integers(20, 80))
def test_a_string_over_rows_is_whole_and_fits(text: str, width: int) -> None:
    lines = JsonLines.parse(json.dumps({"key": text}).encode())
    rows = lines.rows(1, width)
    assert all(sum(cells(piece) for piece, _ in row) <= width for row in rows)
    joined = "".join(row[-1][0] for row in rows)
    assert json.loads(joined) == text


@pytest.mark.slow
@given(VALUES, st.text('ab01 ":{}[],', min_size=1, max_size=2), st.booleans(), st.data())
def test_search_finds_what_is_seen(value: Any, text: str, backwards: bool, data: st.DataObject) -> None:
    lines = JsonLines.parse(json.dumps(value).encode())
    start = data.draw(st.integers(0, len(lines) - 1))
    asked = range(start, -1, -1) if backwards else range(start, len(lines))
    query = Query(text.strip() or "a")
    found = [line for line in lines.matching(query, asked) if line is not None]
    formatted = [line.decode().strip() for line in lines.formatted()]
    assert found == [line for line in asked if query.matches(formatted[line])]


def test_search_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.tui.view.json_lines.WINDOW", 50)
    lines = JsonLines.parse(json.dumps(list(range(1000))).encode())
    query = Query("77")
    expected = [78, *range(178, 1000, 100)]
    forwards = [line for line in lines.matching(query, range(len(lines))) if line is not None]
    assert set(expected) <= set(forwards)
    assert forwards == [line + 1 for line in range(1000) if "77" in str(line)]
    backwards = [line for line in lines.matching(query, range(len(lines) - 1, -1, -1)) if line is not None]
    assert backwards == forwards[::-1]


def test_values_are_copied_exactly() -> None:
    lines = JsonLines.parse(b'{"a": {"b": [1.0,\n2]}, "s": "x\\ny", "half": "\\ud800"}')
    texts = {number: lines.value_text(number) for number in range(len(lines))}
    assert texts[1] == texts[6] == '{"b": [1.0,\n2]}'
    assert texts[2] == "[1.0,\n2]"
    assert texts[3] == "1.0"
    assert texts[7] == "x\ny"
    assert texts[8] == "\\ud800"


class ViewApp(App[None]):
    """One document, and what was followed in it."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data
        self.followed: list[Digest] = []

    def compose(self) -> ComposeResult:
        yield JsonView()

    def on_mount(self) -> None:
        self.view.show_document(self.data)
        self.view.focus()

    @property
    def view(self) -> JsonView:
        return self.query_one(JsonView)

    def on_follow_digest(self, message: FollowDigest) -> None:
        self.followed.append(message.digest)


def drawn(view: JsonView) -> list[str]:
    """What is drawn now."""
    return [view.render_line(y).text.rstrip(" ▐") for y in range(view.size.height)]


async def settle(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


DOCUMENT = json.dumps(
    {"layers": [{"digest": str(DIGEST), "size": 1}], "text": "word " * 30, "[red]x[/]": "\x1b[31m\u202e"},
    ensure_ascii=False,
).encode()


async def test_folding_and_following() -> None:
    app = ViewApp(DOCUMENT)
    async with app.run_test(size=(60, 16)) as pilot:
        assert drawn(app.view)[:3] == ["▌▾ {", '   ▾ "layers": [', "     ▾ {"]
        assert '     "[red]x[/]": "\\u001b[31m\\u202e"' in drawn(app.view)
        await pilot.press("j", "enter")
        assert drawn(app.view)[1] == '▌  ▸ "layers": [ 1 item ],'
        await pilot.press("right", "right", "right", "enter")
        assert app.followed == [DIGEST]
        assert app.view.copy_text == str(DIGEST)
        await pilot.press("left", "left")
        assert drawn(app.view)[2] == "▌    ▸ { 2 keys }"
        await pilot.press("h", "h")
        assert drawn(app.view)[1] == '▌  ▸ "layers": [ 1 item ],'
        await pilot.press("plus")
        assert app.view.row_count == len(app.view.document)
        await pilot.press("minus", "G", "space")
        assert drawn(app.view)[0] == "▌▸ { 3 keys }"


async def test_a_match_in_a_folded_part_unfolds_it() -> None:
    app = ViewApp(DOCUMENT)
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("space", "slash", "s", "i", "z", "e", "enter")
        await settle(pilot)
        assert drawn(app.view)[app.view.cursor] == '▌        "size": 1'
        await pilot.press("n")
        await settle(pilot)
        assert drawn(app.view)[-1] == "/size  1/1  wrapped"


async def test_a_long_string_unfolds_over_rows() -> None:
    app = ViewApp(DOCUMENT)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("G", "k", "k")
        assert drawn(app.view)[app.view.cursor].endswith("…")
        line = app.view.cursor_line
        await pilot.press("enter")
        height = app.view.document.folds.height_of(line)
        assert height > 2
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert app.view.document.folds.height_of(line) > height
        await pilot.press("enter")
        assert app.view.document.folds.height_of(line) == 1


async def test_what_is_no_json_is_shown_as_text() -> None:
    app = ViewApp(b'{\n\t"a": [1 2]\n}\n')
    async with app.run_test(size=(70, 8)) as pilot:
        assert drawn(app.view)[:5] == [
            "▌✗ not JSON: line 2, column 10: expected ',' or ']'",
            " {",
            '     "a": [1 2]',
            " }",
            "",
        ]
        await pilot.press("enter", "space", "left", "right", "w", "minus", "plus", "G")
        assert app.view.copy_text == "}"
        await pilot.press("slash", "a", "enter")
        await settle(pilot)
        assert app.view.cursor == 2


@pytest.mark.slow
async def test_a_large_document_is_read_beside_the_screen() -> None:
    app = ViewApp(json.dumps(list(range(AT_ONCE))).encode())
    async with app.run_test(size=(40, 8)) as pilot:
        await settle(pilot)
        assert app.view.row_count == AT_ONCE + 2
        app.view.show_document(b"[]")
        assert app.view.row_count == 1
        await pilot.press("j", "enter", "left", "right", "minus", "plus")


async def test_nothing_to_show() -> None:
    app = ViewApp(b"{}")
    async with app.run_test(size=(40, 8)) as pilot:
        app.view.show_document(b"")
        await pilot.press("enter", "space", "left", "right", "w", "minus", "plus", "G", "slash", "a", "enter", "n")
        await settle(pilot)
        assert "not JSON" in drawn(app.view)[0]
