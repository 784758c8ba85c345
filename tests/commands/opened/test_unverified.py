"""Answers before digests are known: marked, checked afterwards, and nothing of a wrong one is kept."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ocitui.commands.opened import unverified
from ocitui.commands.opened.layer_index import layer_cache
from ocitui.commands.opened.unverified import Unverified
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.layers.held_digests import hold_digests
from tests.layers.tars import END, member

LOWER = b"".join(member(b"etc/%02d" % n, b"x" * 60_000) for n in range(20)) + END
UPPER = LOWER.replace(b"x" * 60_000, b"y" * 60_000)
WRONG = UPPER.replace(b"y" * 60_000, b"z" * 60_000, 1)
"""The same headers."""


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have each digest wait for the end of the answer, and do something before it."""
    answered = threading.Event()
    check = Unverified._check

    def after_answer(self: Unverified) -> None:
        answered.set()
        check(self)

    def prepare(before_digest: Callable[[], object] = lambda: None) -> None:
        hold_digests(monkeypatch, answered, before_digest)

    monkeypatch.setattr(unverified, "LEAST", 0)
    monkeypatch.setattr(Unverified, "_check", after_answer)
    prepare()
    return prepare


@pytest.fixture
def image(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [LayerSpec(LOWER, "none"), LayerSpec(UPPER, "none")])


def kept() -> int:
    return layer_cache().usage().layers


COMMANDS = [("which", "etc/07"), ("ls", "etc"), ("ls", "-lR"), ("ls", "--layer", "2", "etc"), ("ls", "--tree")]


@pytest.mark.usefixtures("hold")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_right(words: tuple[str, ...], image: WrittenLayout, run: Run) -> None:
    command, *others = words
    layers = "layer 2" if "2" in words else "layers 1–2"
    done = run(command, image.path, *others)
    assert done.code == 0
    assert done.err.splitlines() == [
        f"ocitui: {layers} not verified yet: digests are checked after this answer",
        f"ocitui: {layers} verified",
    ]
    assert kept() == (1 if "2" in words else 2)
    again = run(command, image.path, *others)
    assert (again.code, again.out, again.err) == (0, done.out, "")


@pytest.mark.usefixtures("hold")
def test_what_an_artifact_holds_is_a_blob(tmp_path: Path, run: Run) -> None:
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    specs = [LayerSpec(LOWER, "none"), LayerSpec(UPPER, "none")]
    artifact = write_layout(tmp_path / "it", specs, config=b"{}", config_descriptor=config_type)
    assert run("ls", artifact.path, "etc").err.splitlines() == [
        "ocitui: blobs 1–2 not verified yet: digests are checked after this answer",
        "ocitui: blobs 1–2 verified",
    ]


@pytest.mark.usefixtures("hold")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_wrong(words: tuple[str, ...], image: WrittenLayout, run: Run) -> None:
    """The answer is there, and then it is said that it is none; whoever asks again is told at once."""
    command, *others = words
    image.replace(image.layers[1], WRONG)
    done = run(command, image.path, *others)
    assert done.code == 2
    assert b"07" in done.out
    first, last = done.err.splitlines()
    assert "not verified yet" in first
    assert last.startswith(f"ocitui: do not rely on this answer: layer 2 ({image.layers[1]}): expected sha256:")
    assert kept() == (0 if "2" in words else 1)
    assert not [*layer_cache().root.rglob("*.part")]


@pytest.mark.usefixtures("hold")
@pytest.mark.parametrize("words", COMMANDS[:4], ids=" ".join)
def test_json_says_it(words: tuple[str, ...], image: WrittenLayout, run: Run) -> None:
    command, *others = ("-R" if word == "-lR" else word for word in words)
    early, late = run(command, "--json", image.path, *others), run(command, "--json", image.path, *others)
    assert early.json["unverified"] == ([2] if "2" in words else [1, 2])
    assert early.json | {"unverified": []} == late.json


@pytest.mark.usefixtures("hold")
@pytest.mark.parametrize("is_right", [True, False])
def test_that_a_path_is_missing_is_an_answer_too(is_right: bool, image: WrittenLayout, run: Run) -> None:
    if not is_right:
        image.replace(image.layers[0], WRONG)
    done = run("ls", image.path, "nothing")
    assert (done.code, done.out) == (1 if is_right else 2, b"")
    assert ("do not rely on this answer" in done.err) is not is_right


def test_written_to_meanwhile(hold: Callable[[Callable[[], object]], None], image: WrittenLayout, run: Run) -> None:
    """What was shown may be of other bytes than those that have the digest."""
    image.replace(image.layers[1], WRONG)
    hold(lambda: image.replace(image.layers[1], UPPER))
    done = run("ls", image.path, "etc", "--layer", "2")
    assert done.code == 2
    assert done.err.endswith("it was written to while it was read\n")


@pytest.mark.usefixtures("hold")
def test_a_wrong_diff_id_is_found_with_the_digest(tmp_path: Path, run: Run) -> None:
    spec = LayerSpec(LOWER, "none", diff_id="sha256:" + "0" * 64)
    done = run("ls", write_layout(tmp_path / "image", [spec]).path, "etc")
    assert done.code == 2
    assert "do not rely on this answer" in done.err
    assert "expected diff ID" in done.err


def test_little_is_verified_first(image: WrittenLayout, run: Run) -> None:
    assert len(LOWER) + len(UPPER) < unverified.LEAST
    assert run("ls", image.path, "etc").err == ""
