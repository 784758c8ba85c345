"""Files that were seen to have a digest: known until they are written to, replaced or gone."""

import errno
import os
import time
from pathlib import Path

import pytest

from ocitui.layers.sightings import add_to, is_in, stamp_of
from ocitui.transports.blob import BlobLocation


def test_a_file_is_known_until_it_changes(tmp_path: Path) -> None:
    file, seen = tmp_path / "blob", tmp_path / "x.seen"
    file.write_bytes(b"12345")
    whole, part = BlobLocation(file), BlobLocation(file, 1, 2)
    add_to(seen, whole, stamp_of(whole))
    assert is_in(seen, stamp_of(whole))
    assert not is_in(seen, stamp_of(part))  # other bytes of the same file
    assert seen.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"54321")
    assert not is_in(seen, stamp_of(whole))
    add_to(seen, whole, stamp_of(whole))
    file.unlink()
    assert stamp_of(whole) == ""
    assert not is_in(seen, stamp_of(whole))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.seen"]


def test_a_file_that_changed_while_it_was_read_is_not_known(tmp_path: Path) -> None:
    file, seen = tmp_path / "blob", tmp_path / "x.seen"
    file.write_bytes(b"12345")
    before = stamp_of(BlobLocation(file))
    file.write_bytes(b"123456")
    add_to(seen, BlobLocation(file), before)
    assert not seen.exists()


def test_a_time_in_whole_seconds_may_hide_a_change(tmp_path: Path) -> None:
    file, seen = tmp_path / "blob", tmp_path / "x.seen"
    file.write_bytes(b"12345")
    for age, is_known in ((0, False), (60, True)):
        os.utime(file, ns=(0, (int(time.time()) - age) * 1_000_000_000))
        add_to(seen, BlobLocation(file), stamp_of(BlobLocation(file)))
        assert is_in(seen, stamp_of(BlobLocation(file))) is is_known


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_a_part(path: Path, text: str) -> None:
        path.write_bytes(text[:5].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "blob"
    file.write_bytes(b"x")
    monkeypatch.setattr(Path, "write_text", write_a_part)
    add_to(tmp_path / "x.seen", BlobLocation(file), stamp_of(BlobLocation(file)))
    assert list(tmp_path.iterdir()) == [file]


def test_the_list_does_not_grow_for_ever(tmp_path: Path) -> None:
    seen = tmp_path / "x.seen"
    for number in range(70):
        file = tmp_path / str(number)
        file.write_bytes(b"x")
        os.utime(file, ns=(0, 1_600_000_000_000_000_001))
        add_to(seen, BlobLocation(file), stamp_of(BlobLocation(file)))
    assert len(seen.read_text().splitlines()) == 64
    assert is_in(seen, stamp_of(BlobLocation(tmp_path / "69")))
    assert not is_in(seen, stamp_of(BlobLocation(tmp_path / "0")))
