"""Layers in a registry that SOCI has ztocs of: how these are found, what is fetched, and what is said."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocitui.commands.opened import layer_index
from ocitui.demo.tar import file, write_tar
from ocitui.image import layer_tables
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_CONFIG, OCI_INDEX, OCI_MANIFEST
from tests.commands.conftest import Run
from tests.layers.toc.ztocs import V1, V2, ZtocLayer, gzip_layer, soci_index
from tests.transports.registry.conftest import home  # noqa: F401
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, Reply, Seen, descriptor, fake_registry

FILES = {f"bulk/{number}": random.Random(number).randbytes(9_000) for number in range(24)}
TAR = write_tar([file(name, data) for name, data in FILES.items()])
SPAN = 1 << 16


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """A registry that counts what it sends, and layers large enough to be looked for."""
    monkeypatch.setattr(layer_tables, "LOOKED_AT_FROM", 1 << 17)
    with fake_registry() as (registry, server):
        registry.server = server
        yield registry


def _manifest(made: ZtocLayer, add: Callable[[bytes], object], **more: object) -> bytes:
    rootfs = {"type": "layers", "diff_ids": [str(Digest.of(made.tar))]}
    config = {"architecture": "amd64", "os": "linux", "rootfs": rootfs, "history": [{"created_by": "COPY . /"}]}
    raw = json.dumps(config).encode()
    add(raw)
    add(made.blob)
    layer = made.layer
    value = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(OCI_CONFIG, Digest.of(raw), len(raw)),
        "layers": [descriptor(layer.descriptor.media_type, layer.digest, len(layer.blob))],
    }
    return json.dumps(value | more).encode()


def _index_of(made: ZtocLayer, add: Callable[[bytes], object], kind: str, subject: bytes = b"") -> bytes:
    ztoc = made.ztoc
    add(ztoc)
    add(b"{}")
    about = descriptor(OCI_MANIFEST, Digest.of(subject), len(subject)) if subject else None
    return soci_index({made.layer.digest: ztoc}, kind, about)


def v2(fake: FakeRegistry, made: ZtocLayer) -> str:
    """An image that names its SOCI index, and an index that lists both."""
    soci = _index_of(made, fake.add_blob, V2)
    image = _manifest(made, fake.add_blob, annotations={"com.amazon.soci.index-digest": str(Digest.of(soci))})
    platform = {"platform": {"os": "linux", "architecture": "amd64"}}
    about = {"artifactType": V2, "annotations": {"com.amazon.soci.image-manifest-digest": str(Digest.of(image))}}
    listed = [
        descriptor(OCI_MANIFEST, fake.add_manifest(image, OCI_MANIFEST), len(image)) | platform,
        descriptor(OCI_MANIFEST, fake.add_manifest(soci, OCI_MANIFEST), len(soci)) | platform | about,
    ]
    raw = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}).encode()
    fake.add_manifest(raw, OCI_INDEX, "1")
    return f"docker://{fake.server.host}/{REPOSITORY}:1"


def v2_by_digest(fake: FakeRegistry, made: ZtocLayer) -> str:
    """The same by the digest of the image, so that nothing lists its SOCI index."""
    v2(fake, made)
    (image,) = (name for name, (_, raw) in fake.manifests.items() if b"com.amazon.soci.index-digest" in raw)
    return f"docker://{fake.server.host}/{REPOSITORY}@{image}"


def _referrers(soci: bytes) -> bytes:
    entry = descriptor(OCI_MANIFEST, Digest.of(soci), len(soci)) | {"artifactType": V1}
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}).encode()


def v1(fake: FakeRegistry, made: ZtocLayer) -> str:
    """An image to which a SOCI index refers, in a registry that lists referrers."""
    image = _manifest(made, fake.add_blob)
    soci = _index_of(made, fake.add_blob, V1, image)
    digest = fake.add_manifest(image, OCI_MANIFEST, "1")
    fake.add_manifest(soci, OCI_MANIFEST)

    def answer(seen: Seen) -> Reply | None:
        is_asked = seen.path == f"/v2/{REPOSITORY}/referrers/{digest}"
        return Reply(200, _referrers(soci), {"Content-Type": OCI_INDEX}) if is_asked else None

    fake.before = answer
    return f"docker://{fake.server.host}/{REPOSITORY}:1"


def v1_by_tag(fake: FakeRegistry, made: ZtocLayer) -> str:
    """The same in a registry that does not, where a tag does."""
    image = v1(fake, made)
    fake.before = lambda seen: None
    (digest, soci) = next(
        (json.loads(raw)["subject"]["digest"], raw) for _, raw in fake.manifests.values() if b"subject" in raw
    )
    fake.add_manifest(_referrers(soci), OCI_INDEX, digest.replace(":", "-"))
    return image


FOUND = {"v2": v2, "v2 by digest": v2_by_digest, "v1": v1, "v1 by tag": v1_by_tag}


def fetched(fake: FakeRegistry, blob: bytes) -> list[int]:
    """Bytes of each range of a blob that was asked for since the last time."""
    digest = str(Digest.of(blob))
    ranges = [seen.range for seen in fake.server.seen if seen.path.endswith(digest)]
    fake.server.seen = [seen for seen in fake.server.seen if not seen.path.endswith(digest)]
    return [wanted[1] + 1 - wanted[0] if wanted is not None else len(blob) for wanted in ranges]


@pytest.mark.parametrize("way", FOUND)
def test_a_layer_is_listed_from_its_ztoc_and_files_are_fetched_by_spans(fake: FakeRegistry, run: Run, way: str) -> None:
    made = gzip_layer(TAR, SPAN)
    image = FOUND[way](fake, made)
    found = run("ls", image, "bulk")
    assert sorted(found.lines) == sorted(name.removeprefix("bulk/") for name in FILES)
    kind = "SOCI" if way.startswith("v2") else "SOCI v1"
    what = kind if kind == "SOCI" else "SOCI v1, which the image does not name"
    expected = (
        f"layer 1 is listed from its table of contents ({what}), contents not checked; ocitui verify reads it whole"
    )
    assert expected in found.message
    ztoc = made.ztoc
    assert fetched(fake, ztoc) == [len(ztoc)]
    assert fetched(fake, made.blob) == []
    said = run("ls", image, "--json").json
    assert said["restsOn"] == [{"source": kind, "digest": str(Digest.of(ztoc))}]
    if way != "v2 by digest":  # where nothing in the tree of documents is the SOCI index
        (layer,) = run("inspect", image, "--referrers", "--json").json["image"]["layers"]
        assert layer["restsOn"] == said["restsOn"][0]
    assert run("cat", image, "bulk/8").out == FILES["bulk/8"]
    assert fetched(fake, ztoc) == []
    offset = TAR.index(FILES["bulk/8"])
    (size,) = fetched(fake, made.blob)
    starts = [each.start for each in made.checkpoints]
    ends = [each.blob for each in made.checkpoints[1:]] + [len(made.blob)]
    number = offset // SPAN
    assert (offset + 9_000) // SPAN == number
    assert size == ends[number] - starts[number]


def test_a_large_ztoc_is_read_by_a_process_of_its_own(
    fake: FakeRegistry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_index, "_SMALL", 0)
    made = gzip_layer(TAR, SPAN)
    image = v2(fake, made)
    assert len(run("ls", image, "bulk").lines) == len(FILES)
    assert (fetched(fake, made.ztoc), fetched(fake, made.blob)) == ([len(made.ztoc)], [])


@pytest.mark.parametrize("way", ["v1", "v2"])
def test_verify_tells_how_a_ztoc_differs_and_the_scan_replaces_it(fake: FakeRegistry, run: Run, way: str) -> None:
    made = gzip_layer(TAR, SPAN)
    made.entries[3][5] = ("q", 0o4755)
    image = FOUND[way](fake, made)
    assert run("ls", image, "-l", "bulk/3").text.startswith("-rwsr-xr-x")
    for _ in range(2):
        found = run("verify", image)
        assert found.code == 1
        said = "'bulk/3': its mode in the table of contents differs from that in the layer"
        assert sum(said in line for line in found.lines) == 1
    assert run("ls", image, "-l", "bulk/3").text.startswith("-rw-r--r--")
    assert run("ls", image, "--json").json["restsOn"][0]["source"] == "scan"


def test_contents_of_another_digest_are_not_printed(fake: FakeRegistry, run: Run) -> None:
    made = gzip_layer(TAR, SPAN)
    made.digests[3] = made.digests[2]
    image = v2(fake, made)
    name = next(name for name, data in FILES.items() if TAR.index(data) // SPAN == 3)
    found = run("cat", image, name)
    assert (found.code, found.out) == (2, b"")
    assert sum("as the layer's ztoc says, found sha256:" in line for line in found.err.splitlines()) == 1


def test_a_ztoc_that_is_none_is_said_and_the_layer_is_read(fake: FakeRegistry, run: Run) -> None:
    made = gzip_layer(TAR, SPAN)
    made.entries[3][1] = b"door"
    image = v2(fake, made)
    found = run("cat", image, "bulk/8")
    assert (found.code, found.out) == (0, FILES["bulk/8"])
    assert "its table of contents (SOCI) cannot be used: 'bulk/3': expected a type of files, found 'door'" in found.err
    assert "; the layer itself is read" in found.err


def test_a_ztoc_of_another_digest_or_none_at_all_is_not_used(fake: FakeRegistry, run: Run) -> None:
    made = gzip_layer(TAR, SPAN)
    image = v2(fake, made)
    name = str(Digest.of(made.ztoc))
    fake.blobs[name] = fake.blobs[name][:-1] + b"x"
    found = run("ls", image, "bulk")
    assert len(found.lines) == len(FILES)
    assert f"expected {name}, as its SOCI index says, found sha256:" in found.err
    del fake.blobs[name]
    found = run("which", image, "bulk/7")
    assert found.code == 0


def test_a_layout_is_compared_with_its_ztocs(tmp_path: Path, run: Run) -> None:
    """Where nothing is fetched the layer is read, and `verify` looks at the ztoc."""
    made = gzip_layer(TAR, SPAN)
    made.checkpoints[2].window = made.checkpoints[2].window[::-1]
    blobs = tmp_path / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def add(raw: bytes) -> None:
        (blobs / Digest.of(raw).encoded).write_bytes(raw)

    soci = _index_of(made, add, V2)
    image = _manifest(made, add, annotations={"com.amazon.soci.index-digest": str(Digest.of(soci))})
    add(soci)
    add(image)
    listed = [descriptor(OCI_MANIFEST, Digest.of(raw), len(raw)) for raw in (image, soci)]
    (tmp_path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (tmp_path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}))
    assert run("ls", str(tmp_path), "--json").json["restsOn"][0]["source"] == "scan"
    found = run("verify", str(tmp_path))
    said = (
        f"what is unpacked from the checkpoint at offset {2 * SPAN:,} of the unpacked layer is not what the layer has"
    )
    assert (found.code, sum(said in line for line in found.lines)) == (1, 1)
