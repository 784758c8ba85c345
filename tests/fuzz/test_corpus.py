"""What fuzzing once found stays found; and every target takes what is ordinary."""

import gzip
from pathlib import Path

import pytest
import zstandard

from ocitui.demo.tar import file, write_tar
from tests.fuzz.__main__ import CORPUS
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS
from tests.images.docker_archive_writer import ArchiveImage, old_form

TAR = write_tar([file("a", b"text" * 400), file("d/b", b"")])
ORDINARY = [b"", b"{}", b"[" * 100, TAR, gzip.compress(TAR), zstandard.compress(TAR), bytes(range(256))]
FOUND = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("name", TARGETS)
def test_ordinary_bytes(name: str) -> None:
    for data in [*ORDINARY, write_tar(old_form(ArchiveImage([TAR])))]:
        TARGETS[name](data)


def test_every_target_has_seeds_that_hold() -> None:
    assert SEEDS.keys() == TARGETS.keys()
    for name, seeds in SEEDS.items():
        for seed in seeds:
            TARGETS[name](seed)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())
