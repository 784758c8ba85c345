"""containerd's store: which names it lists, what of it is damaged, and that nothing outside it is read."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_INDEX, OCI_MANIFEST
from ocitui.transports.blob import BlobLocation
from ocitui.transports.containerd import names as containerd_names
from ocitui.transports.containerd.store import ContainerdStore, is_containerd
from ocitui.transports.layout import Layout
from ocitui.transports.opening import open_reference
from tests.images.bolt_writer import Tree, bucket, database, leaf, write_bolt
from tests.images.layout_writer import WrittenLayout, write_layout
from tests.images.tools import require_root
from tests.images.with_containerd import CONTENT, DATABASE

pytestmark = pytest.mark.peer

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
NGINX = "docker.io/library/nginx:latest"


def image(digest: str = ONE, size: int = 7, media_type: str = OCI_MANIFEST) -> Tree:
    """What the database keeps of an image; the size is small."""
    target = {b"digest": digest.encode(), b"mediatype": media_type.encode(), b"size": bytes([size << 1])}
    return {b"createdat": b"\x01", b"labels": {b"a": b"b"}, b"target": target}


def write_store(path: Path, namespaces: dict[str, dict[str, Tree]]) -> Path:
    """A store with a database, and without blobs."""
    found: dict[bytes, Tree | bytes] = {b"version": b"\x08"}
    for namespace, images in namespaces.items():
        names = {name.encode("utf-8", "surrogateescape"): value for name, value in images.items()}
        found[namespace.encode()] = {b"images": names, b"leases": {}}
    for folder in (f"{CONTENT}/blobs/sha256", f"{CONTENT}/ingest", os.path.dirname(DATABASE)):
        (path / folder).mkdir(parents=True)
    (path / DATABASE).write_bytes(database({b"v1": found}))
    return path


def listed(path: Path) -> list[dict[str, Any]]:
    top = ContainerdStore.open(path).read_top()
    assert top.raw is top.index
    found = json.loads(top.index)["manifests"]
    assert isinstance(found, list)
    return found


def names(path: Path) -> list[tuple[str, str]]:
    """Names, and the annotation of namespaces."""
    notes = [entry["annotations"] for entry in listed(path)]
    return [(n["org.opencontainers.image.ref.name"], n.get("io.containerd.namespace", "")) for n in notes]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [b"x" * 1024])


@pytest.fixture
def store(layout: WrittenLayout, tmp_path: Path) -> Path:
    """A store with the image of the layout and the blobs of it."""
    size = layout.blob(layout.manifest).stat().st_size
    target: Tree = {b"digest": layout.manifest.encode(), b"mediatype": OCI_MANIFEST.encode(), b"size": varint(size)}
    found = write_store(tmp_path / "store", {"default": {NGINX: {b"target": target}}})
    (found / CONTENT / "blobs/sha256").rmdir()
    (layout.path / "blobs/sha256").rename(found / CONTENT / "blobs/sha256")
    return found


def varint(number: int) -> bytes:
    number <<= 1
    found = b""
    while number >= 0x80:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({CONTENT, "io.containerd.metadata.v1.bolt"}, True),
        ({CONTENT}, True),
        ({"blobs", "ingest"}, True),
        ({"ingest"}, True),
        ({"blobs"}, False),
        ({"blobs", "index.json"}, False),
        (set(), False),
    ],
)
def test_what_is_a_store(found: set[str], expected: bool) -> None:
    assert is_containerd(found) is expected


@pytest.mark.parametrize("part", ["", CONTENT])
def test_a_bare_path_opens(store: Path, part: str, layout: WrittenLayout) -> None:
    transport, reference = open_reference(f"{store / part}:{NGINX}")
    assert isinstance(transport, ContainerdStore)
    assert (transport.problems, reference.tag, transport.place) == ((), NGINX, str(store / part))
    top = json.loads(transport.read_top().raw)
    size = transport.locate(Digest.parse(layout.manifest)).size
    notes = {"org.opencontainers.image.ref.name": NGINX}
    assert top["manifests"] == [
        {"mediaType": OCI_MANIFEST, "size": size, "digest": layout.manifest, "annotations": notes}
    ]
    assert set(map(str, transport.digests())) == {layout.manifest, layout.config, *layout.layers}


def test_a_layout_is_no_store(layout: WrittenLayout) -> None:
    (layout.path / "ingest").mkdir()
    assert isinstance(open_reference(str(layout.path))[0], Layout)


def test_what_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        ContainerdStore.open(tmp_path, "here")
    assert str(caught.value) == f"here: not a store of containerd: neither {CONTENT} nor blobs and ingest are in it"


def test_names_come_first_and_digests_last(tmp_path: Path) -> None:
    kubernetes = {f"sha256:{'a' * 64}": image(), f"{NGINX}@{ONE}": image(), "z": image(), "a": image()}
    found = names(write_store(tmp_path / "store", {"k8s.io": kubernetes, "default": {"m": image()}}))
    known = "k8s.io"
    assert found == [("m", ""), ("a", known), ("z", known), (f"{NGINX}@{ONE}", known), (f"sha256:{'a' * 64}", known)]


def test_one_name_in_several_namespaces(tmp_path: Path) -> None:
    of = {"moby": {"a": image(ONE), "b": image(ONE)}, "default": {"a": image(ONE)}, "k8s.io": {"b": image(TWO)}}
    found = names(write_store(tmp_path / "store", of))
    assert found == [("a", "default,moby"), ("b", "k8s.io"), ("b (moby)", "moby")]


def test_an_index_and_its_size(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", {"default": {"a": image(TWO, 60, OCI_INDEX)}})
    assert [(entry["mediaType"], entry["digest"], entry["size"]) for entry in listed(store)] == [(OCI_INDEX, TWO, 60)]


@pytest.mark.parametrize(("number", "data"), [(0, b"\0"), (961, b"\x82\x0f"), (-1, b"\1"), (2**40, varint(2**40))])
def test_sizes_are_numbers_of_go(tmp_path: Path, number: int, data: bytes) -> None:
    store = write_store(tmp_path / "store", {"default": {"a": {b"target": {b"size": data}}}})
    assert listed(store)[0]["size"] == number


def test_a_store_without_images(tmp_path: Path) -> None:
    assert listed(write_store(tmp_path / "store", {})) == []
    (tmp_path / "new" / CONTENT / "ingest").mkdir(parents=True)
    assert list(ContainerdStore.open(tmp_path / "new").digests()) == []


def test_odd_images_are_listed_as_they_are(tmp_path: Path) -> None:
    odd: dict[str, Tree] = {
        "\x1b[2J\udcff": image("sha256:../../etc/passwd"),
        "no target": {b"createdat": b"\x01"},
        "a value": {b"target": b"not a bucket"},
        "buckets": {b"target": {b"digest": {}, b"size": {}, b"mediatype": {}}},
    }
    found = listed(write_store(tmp_path / "store", {"default": odd}))
    assert [entry["digest"] for entry in found] == ["sha256:../../etc/passwd", "", "", ""]


def test_a_damaged_image_costs_itself(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", {"default": {"a": image(), "b": {b"target": {b"size": b"\xff" * 10}}}})
    assert ContainerdStore.open(store).problems == (
        r"meta.db: image 'b': expected a number, found \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    )
    assert names(store) == [("a", "")]
    store = write_store(tmp_path / "long", {"default": {"a": image(), "b" * 5000: image()}})
    (said,) = ContainerdStore.open(store).problems
    assert said.endswith("…': expected a name of at most 4,096 bytes, found 5,000")


def test_a_damaged_namespace_costs_what_is_behind_it(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", {})
    good = bucket(0, leaf([(b"target", bucket(0, leaf([(b"digest", ONE.encode(), False)])), True)]))
    pages = [
        leaf([(b"v1", bucket(3), True)]),
        leaf([(b"default", bucket(4), True), (b"k8s.io", bucket(5), True)]),
        leaf([(b"images", bucket(99), True)]),
        leaf([(b"images", bucket(0, leaf([(b"a", good, True)])), True)]),
    ]
    (store / DATABASE).write_bytes(write_bolt(pages))
    end = "expected 4,096 bytes at offset 405,504 of the file, which ends at 24,576"
    assert ContainerdStore.open(store).problems == (f"meta.db: namespace 'default': page 99: {end}",)
    assert names(store) == [("a", "k8s.io")]


class TestWithoutNames:
    """A database that cannot be used: images are found in the blobs, and why they have no names is said."""

    def said(self, store: Path) -> str:
        with pytest.raises(DocumentError) as caught:
            ContainerdStore.open(store, "here").read_top()
        assert ContainerdStore.open(store).problems == ()
        return str(caught.value)

    def test_none(self, store: Path) -> None:
        (store / DATABASE).unlink()
        folder = os.path.dirname(DATABASE)
        assert self.said(store) == (f"meta.db: missing in {folder}; the names of the images are not known")

    def test_another_file(self, store: Path) -> None:
        (store / DATABASE).write_bytes(b"x" * 9999)
        expected = "meta.db: expected a bbolt database, found no valid meta page; the names of the images are not known"
        assert self.said(store) == expected

    def test_the_database_of_another_program(self, store: Path) -> None:
        (store / DATABASE).write_bytes(database({b"metadata": {}}))
        assert self.said(store).startswith("meta.db: expected the bucket v1 of containerd, found none; ")

    def test_the_root_is_damaged(self, store: Path) -> None:
        (store / DATABASE).write_bytes(write_bolt([]))
        assert self.said(store).startswith("meta.db: page 2: expected 4,096 bytes at offset 8,192 of the file")

    def test_a_link_out(self, store: Path, tmp_path: Path) -> None:
        (store / DATABASE).rename(tmp_path / "outside")
        (store / DATABASE).symlink_to(tmp_path / "outside")
        assert self.said(store).startswith("meta.db: expected a file of the folder, found a link out of it")

    def test_a_pipe(self, store: Path) -> None:
        (store / DATABASE).unlink()
        os.mkfifo(store / DATABASE)
        assert self.said(store).startswith("meta.db: expected a file, found a pipe")

    def test_too_large(self, store: Path) -> None:
        os.truncate(store / DATABASE, 10**10)
        assert "expected at most 268,435,456 bytes for such a document, found 10,000,000,000" in self.said(store)


def test_a_blob_is_a_file_inside(store: Path, layout: WrittenLayout, tmp_path: Path) -> None:
    digest = Digest.parse(layout.layers[0])
    blob = store / CONTENT / "blobs/sha256" / digest.encoded
    for named in (store, store / CONTENT):
        opened = ContainerdStore.open(named)
        outside = blob.rename(tmp_path / "outside")
        with pytest.raises(BlobMissingError):
            opened.locate(digest)
        blob.symlink_to(outside)
        with pytest.raises(BlobError, match="expected a file of the folder, found a link out of it"):
            opened.locate(digest)
        outside.replace(blob)
    (store / CONTENT).rename(tmp_path / "contents")
    (store / CONTENT).symlink_to(tmp_path / "contents")
    opened = ContainerdStore.open(store)
    with pytest.raises(BlobError, match="expected a file of the folder, found a link out of it"):
        opened.locate(digest)
    assert list(opened.digests()) == []


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user who owns nothing."""
    require_root()
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_store(store: Path) -> Iterator[Path]:
    """The store where others may look: the folders of pytest are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(shutil.copytree(store, Path(folder, "store")))


@pytest.mark.parametrize("closed", ["", CONTENT, f"{CONTENT}/blobs"])
@pytest.mark.parametrize("part", ["", CONTENT])
def test_what_only_root_may_read(open_store: Path, closed: str, part: str) -> None:
    (open_store / closed).chmod(0o700)
    with nobody(), pytest.raises(UsageError) as caught:
        open_reference(str(open_store / part))
    assert str(caught.value) == f"{open_store / part}: cannot be read: Permission denied (try as root)"


def test_names_that_only_root_may_read(open_store: Path) -> None:
    (open_store / DATABASE).chmod(0o600)
    with nobody(), pytest.raises(DocumentError) as caught:
        open_reference(str(open_store))[0].read_top()
    assert str(caught.value) == "meta.db: cannot be read: Permission denied; the names of the images are not known"


@pytest.mark.parametrize("times", [1, 99])
def test_a_database_that_is_written_to_meanwhile(times: int, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, count, database = containerd_names.read_blob, 0, store / DATABASE
    whole = database.read_bytes()
    root = int.from_bytes(whole[32:40], sys.byteorder)

    def read_and_write(blob: BlobLocation, what: str, limit: int) -> bytes:
        nonlocal count
        data = read(blob, what, limit)
        count += 1
        if limit == containerd_names.DATABASE_LIMIT and count <= times:
            pages = write_bolt([], root, transaction=10 + count)
            database.write_bytes(pages + whole[len(pages) :])
        return data

    monkeypatch.setattr(containerd_names, "read_blob", read_and_write)
    opened = ContainerdStore.open(store)
    assert len(json.loads(opened.read_top().raw)["manifests"]) == 1
    said = "meta.db: is written to while it is read; not all that it lists may be here"
    assert opened.problems == ((said,) if times > 1 else ())
