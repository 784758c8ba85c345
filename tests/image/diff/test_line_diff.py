"""Differences of lines: they turn one text into the other, and end in time."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.image.diff.lines import Hunk, changed_runs, hunks, replaced_run, split_lines
from tests.examples import examples

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d\r", "e"]), max_size=25).map(
    lambda lines: "".join(lines).encode()
)


def diff(before: bytes, after: bytes, context: int = 3) -> list[Hunk]:
    old, new = split_lines(before), split_lines(after)
    return list(hunks(changed_runs(old, new), len(old), len(new), context))


def applied(old: list[bytes], new: list[bytes], found: list[Hunk]) -> list[bytes]:
    """The old lines with the hunks carried out; they must say the truth about both."""
    result: list[bytes] = []
    at = 0
    for hunk in found:
        result += old[at : hunk.before.start]
        at = hunk.before.start
        assert hunk.after.start == len(result)
        for line in hunk.lines:
            assert line.sign == ("-" if line.after is None else "+" if line.before is None else " ")
            if line.before is not None:
                assert line.before == at
                at += 1
            if line.after is not None:
                assert line.after == len(result)
                result.append(new[line.after])
            if line.before is not None and line.after is not None:
                assert old[line.before] == new[line.after]
        assert (hunk.before.stop, hunk.after.stop) == (at, len(result))
    return result + old[at:]


@pytest.mark.slow
@given(before=TEXTS, after=TEXTS, context=st.integers(0, 3), is_rough=st.booleans())
@settings(max_examples=examples(300), deadline=None)
def test_hunks_turn_one_text_into_the_other(before: bytes, after: bytes, context: int, is_rough: bool) -> None:
    old, new = split_lines(before), split_lines(after)
    run = replaced_run(old, new)
    runs = changed_runs(old, new) if not is_rough else [run] if run is not None else []
    found = list(hunks(runs, len(old), len(new), context))
    assert b"".join(old) == before
    assert applied(old, new, found) == new
    assert bool(found) is (before != after)


def test_patch_understands_them(tmp_path: Path) -> None:
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed (on Debian: apt-get install patch)")
    before = "".join(f"line {number}\n" for number in range(40))
    after = before.replace("line 3\n", "").replace("line 20\n", "line 20\nnew\n").replace("line 39\n", "end\n")
    text = "--- a\n+++ b\n"
    old, new = split_lines(before.encode()), split_lines(after.encode())
    for hunk in diff(before.encode(), after.encode()):
        text += hunk.title + "\n" + "".join(line.sign + line.of(old, new).decode() for line in hunk.lines)
    (tmp_path / "a").write_text(before)
    subprocess.run(["patch", "-s", "a"], cwd=tmp_path, input=text, text=True, check=True)
    assert (tmp_path / "a").read_text() == after
    assert text.count("@@ -") == 3


@pytest.mark.slow
def test_large_texts_with_nothing_in_common_take_no_time() -> None:
    before, after = b"a\nb\n" * 50_000, b"c\nd\n" * 50_000
    start = time.process_time()
    (hunk,) = diff(before, after)
    assert time.process_time() - start < 30, "what is quadratic takes hours"
    assert (hunk.before, hunk.after) == (range(100_000), range(100_000))
