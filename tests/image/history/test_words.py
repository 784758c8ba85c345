"""What made a layer, in words."""

import json
from typing import Any

import pytest

from ocitui.image.history.pairing import Pairing, pair_history
from ocitui.image.history.words import layer_text, origin_lines, origin_text
from ocitui.spec.config import Config

NOP = "/bin/sh -c #(nop) "


def empty(text: str, **more: Any) -> dict[str, Any]:
    return {"created_by": text, "empty_layer": True, **more}


def made(text: str, **more: Any) -> dict[str, Any]:
    return {"created_by": text, **more}


def pairing(history: list[dict[str, Any]] | None, layers: int = 1) -> Pairing:
    return pair_history(Config.parse(json.dumps({"history": history}).encode(), "x"), layers)


COMMIT = "commit of a container (no command recorded)"
COPIES = [
    empty(f"{NOP}COPY dir:0123456789abcdef in / "),
    empty(f"{NOP}WORKDIR /srv"),
    empty(f"{NOP}COPY file:123456789abcdef0 in /f "),
    empty("/bin/sh -c make"),
    empty(f"{NOP}COPY multi:23456789abcdef01 in www "),
    empty(f"{NOP}COPY dir:3456789abcdef012 in /srv/a b/ "),
    made(f'{NOP}CMD ["/f"]'),
]


@pytest.mark.parametrize(
    ("history", "layers", "expected"),
    [
        ([made("COPY f /f # buildkit")], 1, ["COPY f /f"]),
        ([made("", comment="from a tar")], 1, ["from a tar"]),
        ([made("")], 1, ["(not set)"]),
        ([made("/bin/sh", comment="FROM a:b")], 2, ["(no history entry: the base has no history)", COMMIT]),
        ([made("RUN x"), made("/bin/bash -o pipefail -c", comment="FROM a:b")], 2, ["RUN x", COMMIT]),
        ([made("bash", comment="a hot fix")], 1, ["commit of a container (recorded command: bash) (a hot fix)"]),
        ([made("/bin/sh")], 1, ["commit of a container (recorded command: /bin/sh)"]),
        ([made("bash", author="kaniko")], 1, ["bash"]),
        ([made("bash build.sh")], 1, ["bash build.sh"]),
        ([COPIES[2], made("/bin/sh", comment="FROM a:b")], 1,
         [f"one of: COPY file:123456789abc /f, {COMMIT}, the base a:b (squashed)"]),
        (None, 1, ["(no history entry)"]),
        ([empty(f"{NOP}ENV A=1")], 1, ["(no history entry: the base has no history)"]),
        (COPIES[:3], 1, ["(no history entry: the base has no history)"]),
        (COPIES[2:4] + COPIES[6:], 1, ["one of: COPY file:123456789abc /f, RUN make (built as one layer)"]),
        (COPIES, 1, ["one of: COPY dir:0123456789ab /, WORKDIR /srv, COPY file:123456789abc /f, 3 more"
                     " (built as one layer)"]),
        ([COPIES[2], made("x", comment="FROM a:b")], 1,
         ["one of: COPY file:123456789abc /f, x, the base a:b (squashed)"]),
        ([COPIES[6]], 1, ['(unknown: CMD ["/f"]; the entry in its place makes no files)']),
        ([made("RUN x")], 2, ["(unknown: RUN x or an instruction without an entry; fewer entries than layers)"] * 2),
        ([made("RUN x"), made("RUN y")], 1, ["(unknown: RUN x, RUN y; more entries than layers)"]),
        ([made("x"), made("x")], 3, ["(unknown: x or an instruction without an entry; fewer entries than layers)"] * 3),
        ([made("RUN x")] * 20, 40, ["(unknown: RUN x or an instruction without an entry; fewer entries than layers)"]),
        ([made("\x1b[31m"), made("b")], 1, ["(unknown: \\x1b[31m, b; more entries than layers)"]),
    ],
)  # fmt: skip
def test_what_made_a_layer(history: list[dict[str, Any]] | None, layers: int, expected: list[str]) -> None:
    found = pairing(history, layers)
    assert [origin_text(found, number) for number in range(1, len(expected) + 1)] == expected


def test_what_copies_to_somewhere_else_comes_last() -> None:
    found = pairing([COPIES[2], made("x", comment="FROM a:b")], 1)
    said = "one of: x, the base a:b, COPY file:123456789abc /f (squashed)"
    assert origin_text(found, 1, path=b"g") == said
    assert origin_lines(found, 1, path=b"g") == ["x", "the base a:b", "COPY file:123456789abc /f"]
    assert origin_lines(found, 1, path=b"f/g") == ["COPY file:123456789abc /f", "x", "the base a:b"]


@pytest.mark.parametrize(
    ("instruction", "path", "likely"),
    [
        ("WORKDIR /srv/app", b"srv/app", True),
        ("WORKDIR /srv/app", b"srv", True),
        ("WORKDIR /srv/app", b"srv/app/f", False),
        ("WORKDIR /srv", b"srv2", False),
        ("WORKDIR sub", b"sub", True),
        ("WORKDIR sub", b"srv/sub", False),
        ("WORKDIR $HOME/app", b"f", True),
        ("VOLUME /a /b", b"b", True),
        ("VOLUME [/a /b]", b"b", True),
        ('VOLUME ["/a", "/b"]', b"b", True),
        ('VOLUME ["/a", "/b"]', b"c", False),
        ("VOLUME", b"c", True),
        ("COPY file:123456789abcdef0 in /a/b/c ", b"a/b", True),
        ("COPY file:123456789abcdef0 in /a/b/c ", b"a/d", False),
        ("COPY file:123456789abcdef0 in $DEST/c ", b"a/d", True),
    ],
)
def test_what_makes_other_places_comes_after_the_base(instruction: str, path: bytes, likely: bool) -> None:
    found = pairing([empty(f"{NOP}{instruction}"), made("x", comment="FROM a:b")], 1)
    (text, *_) = (line for line in origin_lines(found, 1, path=path) if line not in {"x", "the base a:b"})
    lines = origin_lines(found, 1, path=path)
    assert (lines.index(text) < lines.index("the base a:b")) == likely
    assert sorted(lines) == sorted([text, "x", "the base a:b"])


def test_a_working_directory_after_another_is_below_it() -> None:
    history = [empty(f"{NOP}WORKDIR /srv"), empty(f"{NOP}WORKDIR app"), made("x", comment="FROM a:b")]
    assert origin_lines(pairing(history), 1, path=b"srv/app") == ["WORKDIR app", "x", "the base a:b", "WORKDIR /srv"]


@pytest.mark.parametrize(
    ("path", "first"),
    [
        (b"f", "COPY file:123456789abc /f"),
        (b"f/below", "COPY file:123456789abc /f"),
        (b"file", "COPY dir:0123456789ab /"),
        (b"srv/www", "COPY multi:23456789abcd www"),
        (b"srv/www/index.html", "COPY multi:23456789abcd www"),
        (b"srv/a b/x", "COPY dir:3456789abcde /srv/a b/"),
        (b"srv", "WORKDIR /srv"),
        (b"srv/x", "COPY dir:0123456789ab /"),
        (b"\xff", "COPY dir:0123456789ab /"),
    ],
)
def test_an_instruction_that_names_the_path_goes_first(path: bytes, first: str) -> None:
    assert origin_text(pairing(COPIES), 1, path=path).startswith(f"one of: {first}, ")


def test_of_two_that_name_a_path_the_later_goes_first() -> None:
    again = [COPIES[2], empty(f'{NOP}COPY ["a b", "/f"]'), empty(f"{NOP}ADD --chown=1:1 file:3456789abcdef012 in /f ")]
    assert origin_text(pairing([*again, COPIES[6]]), 1, path=b"f").startswith(
        "one of: ADD --chown=1:1 file:3456789abcde /f, COPY"
    )


def test_the_column_of_the_layer() -> None:
    assert [layer_text(row) for row in pairing([*COPIES[2:4], COPIES[6]]).rows] == ["1?", "1?", "1", "·"]
    assert [layer_text(row) for row in pairing([made("x"), COPIES[1]], 2).rows] == ["1", "2", "?", "·"]
