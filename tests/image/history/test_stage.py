"""The place in a history where what was built on a base begins."""

from typing import Any

import pytest

from ocitui.image.history.stage import named_bases
from ocitui.spec.history import HistoryEntry

NOP = "/bin/sh -c #(nop) "
OLD = "2016-05-01T00:00:00Z"


def entry(text: str, comment: str = "", **more: Any) -> HistoryEntry:
    return HistoryEntry.read({"created_by": text, "comment": comment, **more}, "history")


def empty(text: str, comment: str = "", **more: Any) -> HistoryEntry:
    return entry(text, comment, empty_layer=True, **more)


BASE = [empty(f"{NOP}COPY file:1 in /f "), empty(f"{NOP}ENV A=1"), entry(f'{NOP}CMD ["/f"]')]
WHOLE = [empty(f"{NOP}COPY file:2 in /g "), empty(f"{NOP}USER 5")]
LAST = entry(f"{NOP}LABEL a=b", "FROM a:b")
FIRST = empty(f"{NOP}COPY file:2 in /g ", "FROM a:b")
STEPS = [
    entry(f"{NOP}COPY file:1 in /f "),
    empty(f"{NOP}ENV A=1", "FROM 0123456789ab"),
    empty(f"{NOP}USER 0", "FROM 123456789abc"),
]


@pytest.mark.parametrize(
    ("history", "bases"),
    [
        (BASE, {}),
        ([*BASE, *WHOLE, LAST], {3: "a:b"}),  # up to buildah 1.37
        ([*BASE, FIRST, WHOLE[1], entry(f"{NOP}LABEL a=b")], {3: "a:b"}),  # from 1.38 on
        ([*BASE, LAST], {3: "a:b"}),
        ([*WHOLE, LAST], {0: "a:b"}),  # squashed, or on a base without a history
        ([*STEPS, *WHOLE, LAST], {3: "a:b"}),  # a base that was built with --layers
        ([*BASE, entry("/bin/sh -c x", "FROM a:b"), *STEPS[1:]], {3: "a:b"}),
        ([*BASE, *WHOLE, LAST, *WHOLE, entry("/bin/sh -c x", "FROM c:d")], {3: "a:b", 6: "c:d"}),
        ([entry("ADD / # buildkit"), empty("CMD x", "buildkit.dockerfile.v0"), *WHOLE, LAST], {2: "a:b"}),
        ([entry(f"{NOP} ADD file:1 in / "), empty(f'{NOP} CMD ["sh"]'), *WHOLE, LAST], {2: "a:b"}),
        ([entry(f"{NOP}ADD file:1 in / ", created=OLD), empty(f"{NOP}CMD x", created=OLD), *WHOLE, LAST], {2: "a:b"}),
        ([entry("/bin/sh -c x", "FROM ")], {}),
    ],
)  # fmt: skip
def test_the_base_is_named_where_what_was_built_on_it_begins(
    history: list[HistoryEntry], bases: dict[int, str]
) -> None:
    assert named_bases(history) == bases
