"""Differences of lines: they turn one text into the other, and end in time."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.image.diff.lines import Hunk, diff_lines
from tests.examples import examples

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d\r", "e"]), max_size=25).map(
    lambda lines: "".join(lines).encode()
)


def applied(before: bytes, hunks: list[Hunk]) -> bytes:
    """The old text with the hunks carried out; they must say the truth about it."""
    old = before.split(b"\n")
    lines = [line + b"\n" for line in old[:-1]] + ([old[-1]] if old[-1] else [])
    result: list[bytes] = []
    at = 0
    for hunk in hunks:
        start, length = hunk.before
        first = start - 1 if length else start
        result += lines[at:first]
        assert [line for sign, line in hunk.lines if sign in " -"] == lines[first : first + length]
        assert hunk.after[0] == len(result) + (1 if hunk.after[1] else 0)
        new = [line for sign, line in hunk.lines if sign in " +"]
        assert len(new) == hunk.after[1]
        result += new
        at = first + length
    return b"".join(result + lines[at:])


@given(before=TEXTS, after=TEXTS, context=st.integers(0, 3))
@settings(max_examples=examples(300), deadline=None)
def test_hunks_turn_one_text_into_the_other(before: bytes, after: bytes, context: int) -> None:
    hunks = list(diff_lines(before, after, context))
    assert applied(before, hunks) == after
    assert bool(hunks) is (before != after)


def test_patch_understands_them(tmp_path: Path) -> None:
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed (on Debian: apt-get install patch)")
    before = "".join(f"line {number}\n" for number in range(40))
    after = before.replace("line 3\n", "").replace("line 20\n", "line 20\nnew\n").replace("line 39\n", "end\n")
    text = "--- a\n+++ b\n"
    for hunk in diff_lines(before.encode(), after.encode()):
        text += hunk.title + "\n" + "".join(sign + line.decode() for sign, line in hunk.lines)
    (tmp_path / "a").write_text(before)
    subprocess.run(["patch", "-s", "a"], cwd=tmp_path, input=text, text=True, check=True)
    assert (tmp_path / "a").read_text() == after
    assert text.count("@@ -") == 3


def test_large_texts_with_nothing_in_common_take_no_time() -> None:
    before, after = b"a\nb\n" * 50_000, b"c\nd\n" * 50_000
    start = time.monotonic()
    (hunk,) = diff_lines(before, after)
    assert time.monotonic() - start < 5
    assert (hunk.before, hunk.after) == ((1, 100_000), (1, 100_000))
