"""One vocabulary for the screen and for text."""

from dataclasses import dataclass

import pytest

from ocitui.image.layer_numbers import layers_text
from ocitui.image.words import mode_text, owner_text, time_text, utc_text, with_short_digest
from ocitui.layers.entry import EntryKind
from ocitui.spec.descriptor import Descriptor


@dataclass(frozen=True)
class Row:
    """What has a mode, an owner and a time."""

    kind: EntryKind
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    is_described: bool = True


@pytest.mark.parametrize(
    ("kind", "mode", "text"),
    [
        (EntryKind.FILE, 0o4755, "-rwsr-xr-x"),
        (EntryKind.HARDLINK, 0o600, "-rw-------"),
        (EntryKind.DIRECTORY, 0o1777, "drwxrwxrwt"),
        (EntryKind.SYMLINK, 0o777, "lrwxrwxrwx"),
        (EntryKind.CHARACTER_DEVICE, 0o666, "crw-rw-rw-"),
        (EntryKind.BLOCK_DEVICE, 0o660, "brw-rw----"),
        (EntryKind.FIFO, 0o644, "prw-r--r--"),
        (EntryKind.UNKNOWN, 0o644, "?rw-r--r--"),
    ],
)
def test_mode_is_as_ls_writes_it(kind: EntryKind, mode: int, text: str) -> None:
    assert mode_text(Row(kind, mode)) == text


def test_nothing_is_invented_for_a_directory_without_an_entry() -> None:
    row = Row(EntryKind.DIRECTORY, is_described=False)
    assert (mode_text(row), owner_text(row), time_text(row), utc_text(row)) == ("d?????????", "?:?", "?", "?")


def test_owner_and_time() -> None:
    row = Row(EntryKind.FILE, uid=5, gid=7, mtime_ns=-1)
    assert (owner_text(row), time_text(row), utc_text(row)) == (
        "5:7",
        "1969-12-31 23:59:59",
        "1969-12-31 23:59:59 UTC",
    )


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([3], "layer 3"),
        ([1, 2], "layers 1–2"),
        ([1, 2, 3, 5, 7, 8], "layers 1–3, 5, 7–8"),
        ([2, 4], "layers 2, 4"),
        ([*range(1, 17, 2)], "layers 1, 3, 5, 7, 9, 11, 13, 15"),
        ([*range(1, 300, 2)], "150 of layers 1–299"),
    ],
)
def test_layers_are_named_by_runs_of_numbers(numbers: list[int], text: str) -> None:
    assert layers_text(numbers) == text


def test_all_digests_of_a_message_are_short_or_none() -> None:
    first, second = f"sha256:{'a' * 64}", f"sha512:{'b' * 128}"
    descriptor = Descriptor.read({"digest": first, "size": 1, "mediaType": "a/b"}, "descriptor")
    message = f"layer 1 ({first}): expected {first}, found {second} in sha256:abc"
    expected = f"layer 1 ({'a' * 12}): expected {'a' * 12}, found {'b' * 12} in sha256:abc"
    assert with_short_digest(message, descriptor) == expected
