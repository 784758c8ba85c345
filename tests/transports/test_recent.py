"""What was opened before: as it can be typed anywhere, and no error whatever happens to the list."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ocitui.transports.recent import KEPT, recents, remember
from tests.images.layout_writer import write_layout


def references() -> list[str]:
    return [image.reference for image in recents()]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with one layout."""
    write_layout(tmp_path / "here" / "image")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_nothing_was_opened(state_dir: Path) -> None:
    assert recents() == []
    assert not state_dir.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("image", "{}/image"),
        ("./image", "{}/image"),
        ("./image:latest", "{}/image:latest"),
        ("oci:image:latest", "oci:{}/image:latest"),
        ("image@0", "{}/image@0"),
        (f"oci:./image@sha256:{'ab' * 32}", f"oci:{{}}/image@sha256:{'ab' * 32}"),
        ("docker-daemon:nginx:latest", "docker-daemon:nginx:latest"),
        ("containers-storage:[overlay@/x]y", "containers-storage:[overlay@/x]y"),
    ],
)
def test_a_reference_means_the_same_from_elsewhere(
    typed: str, kept: str, here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    remember(typed, here)
    monkeypatch.chdir(tmp_path)
    assert references() == [kept.format(here)]


def test_standard_input_and_what_is_not_there_are_not_remembered(here: Path, state_dir: Path) -> None:
    for text in ("-", "oci:-", "none", "docker:nginx", "", "a\0b"):
        remember(text, here)
    assert not state_dir.exists()


def test_a_path_beyond_a_link_leads_where_the_link_does(here: Path, tmp_path: Path) -> None:
    (tmp_path / "far" / "below").mkdir(parents=True)
    write_layout(tmp_path / "far" / "image")
    (here / "link").symlink_to(tmp_path / "far" / "below")
    remember("link/../image", here)
    assert references() == [f"{(tmp_path / 'far').resolve()}/image"]
    remember("link/../../here/../far/image", here)
    assert references() == [f"{(tmp_path / 'far').resolve()}/image"]


def test_the_last_one_comes_first_and_each_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_layout(Path("other"))
    now = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
    for hours, text in enumerate(["image", "other", "image"]):
        moment = now + timedelta(hours=hours)
        monkeypatch.setattr("ocitui.transports.recent.current_moment", lambda moment=moment: moment)
        remember(text, here)
    first, second = recents()
    assert (first.name, first.moment) == ("image", now + timedelta(hours=2))
    assert (second.name, second.moment) == ("other", now + timedelta(hours=1))
    assert (first.kind, first.size is not None) == ("OCI layout", True)


def test_what_is_gone_is_not_offered(here: Path) -> None:
    remember("image", here)
    os.rename("image", "elsewhere")
    assert references() == []
    os.rename("elsewhere", "image")
    assert references() == [f"{here}/image"]


def test_names_are_short_where_they_can_be(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_layout(tmp_path / "home" / "image")
    write_layout(tmp_path / "far")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for text in ("image:latest", str(tmp_path / "home" / "image"), str(tmp_path / "far"), "docker-daemon:nginx:1"):
        remember(text, here)
    assert [(image.name, image.kind) for image in recents()] == [
        ("nginx:1", "docker"),
        (str(tmp_path / "far"), "OCI layout"),
        ("~/image", "OCI layout"),
        ("image:latest", "OCI layout"),
    ]


def test_only_so_many(here: Path) -> None:
    for number in range(KEPT + 5):
        remember(f"docker-daemon:image-{number}", here)
    assert len(references()) == KEPT
    assert references()[0] == f"docker-daemon:image-{KEPT + 4}"


def test_the_file_is_for_its_owner_alone(here: Path, state_dir: Path) -> None:
    remember("image", here)
    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    (file,) = state_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"opened": 1}',
        b'{"opened": [1, null, "x"]}',
        b'{"opened": [{"reference": 1, "at": 2}]}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"opened": ' + b" " * 2_000_000 + b"[]}",
    ],
)
def test_a_damaged_list_is_none_and_is_written_anew(damage: bytes, here: Path, state_dir: Path) -> None:
    remember("image", here)
    (file,) = state_dir.iterdir()
    file.write_bytes(damage)
    assert recents() == []
    remember("image", here)
    assert references() == [f"{here}/image"]


def test_moments_that_are_none(here: Path, state_dir: Path) -> None:
    state_dir.mkdir()
    opened = [
        {"reference": f"{here}/image", "at": at} for at in ("", "yesterday", "0001-01-01T00:00:00+14:00", "2024-01-01")
    ]
    (state_dir / "recent.json").write_text(json.dumps({"opened": opened}))
    assert [image.moment for image in recents()] == [None, None, None, datetime(2024, 1, 1, tzinfo=UTC)]


def test_a_list_that_cannot_be_written_is_no_error(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OCITUI_STATE_DIR", str(tmp_path / "file" / "state"))
    remember("image", here)
    assert recents() == []


def test_names_that_are_not_text(here: Path) -> None:
    name = os.fsdecode(b"\xff[red]\n")
    write_layout(Path(name))
    remember(name, here)
    assert references() == [f"{here}/{name}"]
