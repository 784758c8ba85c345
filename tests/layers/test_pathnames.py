"""Paths, and the links on the way to them."""

import pytest

from ocitui.layers.pathnames import LINKS_FOLLOWED, follow_links

LINKS = {b"a": b"b/c", b"b/c": b"/d", b"d/up": b"..", b"d/e": b"../f", b"circle": b"circle/x", b"b/dot": b""}


@pytest.mark.parametrize(
    ("path", "with_last", "expected"),
    [
        (b"", True, b""),
        (b"a", False, b"a"),
        (b"a", True, b"d"),
        (b"/a//x/.", False, b"d/x"),
        (b"a/e/x", False, b"f/x"),
        (b"a/..", True, b""),  # of what the link leads to, not of the link
        (b"d/up/a", True, b"d"),
        (b"../../x", False, b"x"),
        (b"b/dot/x", False, b"b/x"),
        (b"circle", False, b"circle"),
        (b"circle", True, None),
        (b"missing/x", True, b"missing/x"),
    ],
)
def test_links_are_followed_as_in_a_root(path: bytes, with_last: bool, expected: bytes | None) -> None:
    found = follow_links(path, LINKS.get, with_last=with_last)
    assert (b"/".join(found) if found is not None else None) == expected


def test_as_many_links_are_followed_as_there_may_be() -> None:
    links = {str(number).encode(): str(number - 1).encode() for number in range(1, LINKS_FOLLOWED + 2)}
    assert follow_links(str(LINKS_FOLLOWED).encode(), links.get, with_last=True) == [b"0"]
    assert follow_links(str(LINKS_FOLLOWED + 1).encode(), links.get, with_last=True) is None
