"""Globs: names and paths, as a whole and component by component."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import UsageError
from ocitui.image.glob import PathGlobs, glob_to_regex, is_glob, matches_text

COMPONENTS = st.sampled_from(["**", "*", "?", "a", "b", "[ab]", "[!a]", "a*", "*b", "a?", "**b"])
NAMES = st.sampled_from(["a", "b", "ab", "ba", "aab", ".", "c"])


@pytest.mark.parametrize(
    ("glob", "matching", "other"),
    [
        ("*.so", [".so", "libc.so"], ["libc.so.6", "a/b.so"]),
        ("lib?.so", ["libc.so"], ["lib.so", "libcc.so"]),
        ("[!a]*", ["b", "\n"], ["a", ""]),
        ("[a-c]?", ["b1"], ["d1", "b"]),
        ("a[b", ["a[b"], ["ab"]),
        ("/etc/*", ["/etc/passwd"], ["/etc/a/b", "/usr/etc/a", "/etc"]),
        ("etc/*", ["/etc/passwd"], ["/usr/etc/a"]),
        ("**/x", ["/x", "/a/x", "/a/b/x"], ["/ax", "/a/xx"]),
        ("/a/**/b", ["/a/b", "/a/c/b", "/a/c/d/b"], ["/ab", "/a/cb"]),
        ("/a/**", ["/a/b", "/a/b/c"], ["/a", "/ab"]),
        ("/a/**", ["/a/b", "/a/b/c"], ["/a", "/a/"]),
        ("/a**b/c", ["/ab/c", "/axb/c"], ["/a/b/c"]),
        ("a.b+", ["a.b+"], ["axb+", "a.bb"]),
        ("[]!]", ["]", "!"], ["a"]),
        ("[!]]", ["a"], ["]", "/"]),
        ("[!]", ["[!]"], ["a"]),
        ("[[^&]", ["[", "^", "&"], ["a"]),
        ("/a[/]b", ["/a[/]b"], ["/a/b"]),
    ],
)
def test_globs(glob: str, matching: list[str], other: list[str]) -> None:
    pattern = re.compile(glob_to_regex(glob))
    assert [text for text in matching if not pattern.search(text)] == []
    assert [text for text in other if pattern.search(text)] == []


@given(st.lists(COMPONENTS, min_size=1, max_size=5), st.lists(NAMES, min_size=1, max_size=6))
def test_component_by_component_is_the_same_as_the_whole(globs: list[str], names: list[str]) -> None:
    glob, path = "/".join(globs), "/".join(names)
    whole = re.compile(glob_to_regex(f"/{glob}"))
    single = PathGlobs([glob.encode()])
    assert single.match(path.encode()) is bool(whole.match(f"/{path}"))
    above = (path[:at] for at in range(1, len(path) + 1) if at == len(path) or path[at] == "/")
    assert single.cover(path.encode()) is any(whole.match(f"/{each}") for each in above)


@given(st.text("ab-!]*?[", max_size=8), st.text("ab-!][", max_size=4))
def test_a_name_as_the_shells_match_it(glob: str, name: str) -> None:
    try:
        pattern = re.compile(glob_to_regex(glob))
    except re.error:  # a range that runs backwards; the library takes it to be empty
        return
    assert bool(pattern.match(name)) is fnmatch.fnmatchcase(name, glob)
    assert is_glob(glob) or not pattern.match(name) or glob == name


def test_characters_and_bytes() -> None:
    assert PathGlobs([b"?"]).match("é".encode())
    assert PathGlobs([b"?"]).match(b"\xff")
    assert PathGlobs([b"\xff*"]).match(b"\xffa\nb")
    assert PathGlobs(["[é]".encode()]).match("é".encode())


def test_a_text_that_is_no_path() -> None:
    assert matches_text("a*c", "a/\nbc")
    assert matches_text("[!a]", "/")
    assert not matches_text("a?c", "abbc")


def test_a_bad_set() -> None:
    for make in (lambda: PathGlobs([b"a/[z-a]"]), lambda: matches_text("[z-a]", "x")):
        with pytest.raises(UsageError, match=r"'\[z-a\]': not a valid pattern: bad character range"):
            make()
