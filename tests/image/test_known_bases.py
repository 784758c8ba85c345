"""Bases of an image: by what names one, and by layers of images that were opened before."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.documents.tree import build_tree
from ocitui.image.known_bases import base_text, find_bases
from ocitui.image.remembered import remember_image
from ocitui.image.selection import select_image
from ocitui.state_folder import state_folder
from ocitui.transports import seen
from ocitui.transports.opening import open_reference
from ocitui.transports.seen import KEPT, note_seen, seen_images
from tests.images.layout_writer import WrittenLayout, write_layout

TARS = [write_tar([file(name, name)]) for name in "abcde"]
TODAY = datetime(2027, 5, 12, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(seen, "current_moment", lambda: TODAY)
    monkeypatch.setattr("ocitui.image.known_bases.current_moment", lambda: TODAY)
    monkeypatch.chdir(tmp_path)


def written(folder: str, count: int, tag: str = "latest", **annotations: str) -> WrittenLayout:
    return write_layout(Path.cwd() / folder, TARS[:count], tag=tag, manifest={"annotations": annotations})


def texts(layout: WrittenLayout) -> list[str]:
    transport, _ = open_reference(str(layout.path))
    top = build_tree(transport)
    return [base_text(each) for each in find_bases(select_image(top, None), top, transport)]


def see(layout: WrittenLayout) -> None:
    transport, reference = open_reference(str(layout.path))
    remember_image(select_image(build_tree(transport), None), reference.text)


def test_images_that_were_seen_are_told_by_their_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    image = written("app", 4)
    assert texts(image) == []
    see(image)
    assert texts(image) == [], "of itself nothing is said"
    see(written("debian", 1, "bookworm"))
    see(written("node", 3, "20"))
    see(written("longer", 5))
    assert texts(image) == [
        "layers 1–3 are node:20, seen on 12 May",
        "layer 1 is debian:bookworm, seen on 12 May",
    ]
    monkeypatch.setattr("ocitui.image.known_bases.current_moment", lambda: TODAY.replace(year=2028))
    assert texts(image)[0] == "layers 1–3 are node:20, seen on 12 May 2027"


def test_layers_in_common_with_another_image_are_no_base() -> None:
    see(write_layout(Path.cwd() / "other", [*TARS[:2], TARS[4]], tag="other"))
    image = written("app", 4)
    assert texts(image) == ["layers 1–2 are also the first of other:other, seen on 12 May"]
    see(written("base", 2, "base"))
    assert texts(image) == ["layers 1–2 are base:base, seen on 12 May"]


def test_an_annotation_names_one() -> None:
    base = written("base", 2)
    key = "org.opencontainers.image.base."
    named = {f"{key}name": "d:1", f"{key}digest": base.manifest}
    image = written("app", 4, **named)
    assert texts(image) == [f"d:1 ({base.manifest}), as its annotation says; which layers belong to it is unknown"]
    see(base)
    assert texts(image) == ["layers 1–2 are d:1, as its annotation says, seen on 12 May in base"]
    lie = written("lie", 4, **{**named, f"{key}digest": f"sha256:{'0' * 64}"})
    first, second = texts(lie)
    assert first == "layers 1–2 are base:latest, seen on 12 May", "the layers say more than a name does"
    assert "as its annotation says; which layers" in second


def test_what_cannot_be_remembered_is_not(tmp_path: Path) -> None:
    note_seen("-", "", (), ("sha256:1",))
    note_seen(str(tmp_path), "", (), ("x",) * 128)
    note_seen(str(tmp_path), "", (), ())
    assert seen_images() == []
    for number in range(KEPT + 3):
        note_seen(str(tmp_path), str(number), (), (str(number),))
    assert [each.name for each in seen_images()] == [str(number) for number in range(KEPT + 2, 2, -1)]
    file = state_folder() / "seen.json"
    before = file.stat().st_mtime_ns, file.stat().st_ino
    note_seen(str(tmp_path), "100", (), ("100",))
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before, "it is known already"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"seen": 1}', '{"seen": [1]}', '{"seen": [{"name": 1}]}', "[" * 99_999, "\xff"]
)
def test_a_file_that_is_no_list_is_forgotten(text: str, tmp_path: Path) -> None:
    state_folder().mkdir(parents=True, exist_ok=True)
    (state_folder() / "seen.json").write_bytes(text.encode("latin-1"))
    assert seen_images() == []
    note_seen(str(tmp_path), "n", ("sha256:1",), ("sha256:2",))
    assert [each.layers for each in seen_images()] == [("sha256:2",)]
    assert json.loads((state_folder() / "seen.json").read_text())["seen"][0]["at"] == "2027-05-12"


def test_a_place_is_named_without_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written("debian", 1, "12")
    app = written("app", 2)
    for folder in ("deep/down", "other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "link").symlink_to("deep/down")
    monkeypatch.chdir(tmp_path / "other")
    reference = "../link/../../debian"  # through the link: beside `deep`, not above all this
    remember_image(select_image(build_tree(open_reference(reference)[0]), None), reference)
    assert [each.reference for each in seen.seen_images()] == [f"{tmp_path}/debian"]
    assert texts(app) == [f"layer 1 is {tmp_path}/debian:12, seen on 12 May"]
    before = seen.note_seen
    monkeypatch.setattr(seen, "absolute_reference", lambda text, cwd: os.path.join(cwd, text))  # as it was noted once
    before("../debian", "12", (), seen.seen_images()[0].layers)
    assert texts(app) == [f"layer 1 is {tmp_path}/debian:12, seen on 12 May"]
