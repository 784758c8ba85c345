"""What is kept of registries, for whom, and what happens where nothing can be."""

import os
import stat
from pathlib import Path

import pytest

from ocitui.cache_folder import CacheFolder
from ocitui.image.documents.tree import build_tree
from ocitui.spec.digest import Digest
from ocitui.transports.registry.kept import LIMIT, Kept
from tests.patience import wait_until
from tests.transports.registry.conftest import Opener
from tests.transports.registry.scripted import FakeRegistry, Server
from tests.transports.registry.test_auth import read_blob

RAW = bytes(range(256)) * 1000


def test_only_what_has_its_digest_is_kept() -> None:
    kept = Kept(CacheFolder())
    digest = Digest.of(b"{}")
    kept.keep(digest, b"{ }")
    assert kept.find(digest) is None
    kept.keep(digest, b"{}")
    assert kept.find(digest) == b"{}"
    large = bytes(LIMIT + 1)
    kept.keep(Digest.of(large), large)
    assert kept.find(Digest.of(large)) is None
    unknown = Digest("blake3", "ab")
    kept.keep(unknown, b"{}")
    assert kept.find(unknown) is None


def test_what_a_tag_meant() -> None:
    kept = Kept(CacheFolder())
    assert kept.meaning("a.example/b:1") is None
    kept.remember("a.example/b:1", Digest.of(b""))
    assert kept.meaning("a.example/b:1") == Digest.of(b"")
    assert kept.meaning("a.example/b:2") is None
    path = next(kept.cache.root.rglob("*.tag"))
    assert "example" not in str(path.relative_to(kept.cache.root))
    path.write_bytes(b"\xff nonsense")
    assert kept.meaning("a.example/b:1") is None


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_it_is_counted_cleared_and_nobody_elses(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.has_ranges = False
    fake.add_image(RAW)
    before = os.umask(0)
    try:
        image = opened()
        build_tree(image)
        assert read_blob(image, RAW) == RAW
        cache = CacheFolder()
        wait_until(lambda: [*cache.root.rglob("*.blob")], "the copy is there")
    finally:
        os.umask(before)
    paths = [*cache.root.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o700, 0o600}
    usage = cache.usage()
    assert (usage.documents, usage.layers, usage.archives) == (4, 0, 0)  # a manifest, a config, a tag, a copy
    assert usage.size > len(RAW)
    assert cache.prune(usage.size - 1).documents == 1
    assert not [*cache.root.rglob("*.blob")]
    assert cache.clear().documents == 3
    assert not [path for path in cache.root.rglob("*") if path.is_file()]


def test_an_image_opens_where_nothing_can_be_kept(
    fake: FakeRegistry, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("OCITUI_CACHE_DIR", "/proc/none/at/all")
    fake.has_ranges = False
    digest = fake.add_image(RAW)
    image = opened()
    assert image.digest == digest
    assert not any(node.problems for node in build_tree(image).walk())
    assert read_blob(image, RAW) == RAW


def test_copies_for_one_command_displace_nothing(tmp_path: Path) -> None:
    kept = Kept(CacheFolder(tmp_path, limit=10_000))
    assert kept.has_room(10_000)
    raw = b"x" * 4000
    kept.keep(Digest.of(raw), raw)
    assert kept.has_room(6000)
    assert not kept.has_room(6001)
    assert not Kept(CacheFolder(tmp_path, limit=1 << 62)).has_room(1 << 60)  # no disk is as large as that
