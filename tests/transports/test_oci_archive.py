"""A layout in a tar archive: read in place, whatever is wrong with it."""

import gzip
import io
import tarfile
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.demo.tar import file, write_tar
from ocitui.errors import BlobError, BlobMissingError, DocumentError, OcituiError, UsageError
from ocitui.spec.digest import Digest
from ocitui.transports.archives.archive import Archive
from ocitui.transports.layout import Layout
from ocitui.transports.opening import open_images, open_reference
from tests.images.layout_writer import WrittenLayout, write_layout

FIRST = write_tar([file("etc/motd", b"hello\n"), file("a", bytes(5000))])


@pytest.fixture
def written(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [FIRST, write_tar([file("etc/motd", b"two\n")])])


def pack(layout: WrittenLayout, target: Path, more: Iterable[tarfile.TarInfo] = (), prefix: str = "") -> Path:
    """Pack a layout as it is, and further members without data behind it."""
    with tarfile.open(target, "w") as archive:
        for path in sorted(layout.path.rglob("*")):
            archive.add(path, prefix + str(path.relative_to(layout.path)), recursive=False)
        for member in more:
            archive.addfile(member)
    return target


def link(name: str, target: str, kind: bytes = tarfile.LNKTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def name_of(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def content(archive: Layout, digest: str) -> bytes:
    location = archive.locate(Digest.parse(digest))
    assert location.size is not None
    return location.path.read_bytes()[location.offset :][: location.size]


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        open_images(Archive(path, "here", what="an OCI layout"), "oci-archive")
    return str(caught.value)


@pytest.mark.parametrize("prefix", ["", "./", "/"])
def test_a_sound_archive(written: WrittenLayout, tmp_path: Path, prefix: str) -> None:
    archive = Layout(Archive(pack(written, tmp_path / "x", prefix=prefix)))
    assert archive.problems == ()
    assert archive.read_top().raw == (written.path / "index.json").read_bytes()
    digests = (written.manifest, written.config, *written.layers)
    assert set(archive.digests()) == set(map(Digest.parse, digests))
    for digest in digests:
        assert content(archive, digest) == written.blob(digest).read_bytes()


@pytest.mark.parametrize("text", ["x.tar", "./x.tar", "oci-archive:x.tar", "oci-archive:x.tar:latest", "x.tar:latest"])
def test_every_way_to_name_it(
    written: WrittenLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    pack(written, tmp_path / "x.tar")
    transport, reference = open_reference(text)
    assert isinstance(transport, Layout)
    assert reference.tag == ("latest" if text.endswith(":latest") else "")


def test_what_is_no_archive_of_a_layout(tmp_path: Path) -> None:
    here = tmp_path / "x"
    assert refusal(here) == "here: no such file or folder"
    assert refusal(tmp_path) == "here: is a folder, not an archive with an OCI layout"
    assert refusal(Path("a\0b")) == "here: cannot be read: embedded null byte"
    for data, found in (
        (b"", "the file is empty"),
        (bytes(10240), "the archive is empty"),
        (b"x" * 999, "it does not begin like one"),
    ):
        here.write_bytes(data)
        assert refusal(here) == f"here: not a tar archive with an OCI layout: {found}"
    expected = "here: not an OCI layout: oci-layout, index.json and blobs/ are missing"
    for data in (FIRST, gzip.compress(FIRST), write_tar([file("manifest.json", "[]"), file("x/layer.tar", "")])):
        here.write_bytes(data)
        assert refusal(here) == expected


def test_links_within_the_archive_and_out_of_it(written: WrittenLayout, tmp_path: Path) -> None:
    first, second = written.layers
    written.remove(first)
    for member, outcome in (
        (link(name_of(first), name_of(second)), None),
        (link(name_of(first), Path(name_of(second)).name, tarfile.SYMTYPE), None),
        (link(name_of(first), "/etc/passwd", tarfile.SYMTYPE), "found a link out of it"),
        (link(name_of(first), "../../../etc/passwd", tarfile.SYMTYPE), "found a link out of it"),
        (link(name_of(first), name_of(first)), "found links that lead in a circle"),
        (link(name_of(first), "none"), "missing"),
        (link(name_of(first), "", tarfile.FIFOTYPE), "expected a file, found a device or a pipe"),
        (link(name_of(first), "", tarfile.DIRTYPE), "expected a file, found a folder"),
    ):
        archive = Layout(Archive(pack(written, tmp_path / "x", [member])))
        if outcome is None:
            assert content(archive, first) == written.blob(second).read_bytes()
        else:
            with pytest.raises(BlobError, match=outcome):
                archive.locate(Digest.parse(first))


def test_a_name_that_leads_out_is_not_among_the_members(written: WrittenLayout, tmp_path: Path) -> None:
    first = written.layers[0]
    written.remove(first)
    archive = Layout(Archive(pack(written, tmp_path / "x", [tarfile.TarInfo(f"../{name_of(first)}")])))
    with pytest.raises(BlobMissingError):
        archive.locate(Digest.parse(first))


def test_of_two_members_of_one_name_the_last_counts(written: WrittenLayout, tmp_path: Path) -> None:
    archive = Layout(Archive(pack(written, tmp_path / "x", [tarfile.TarInfo("index.json")])))
    assert archive.read_top().raw == b""


def test_a_missing_index_is_named(written: WrittenLayout, tmp_path: Path) -> None:
    (written.path / "index.json").unlink()
    (written.path / "oci-layout").unlink()
    archive = Layout(Archive(pack(written, tmp_path / "x"), "here"))
    assert archive.problems == ("oci-layout: missing in here",)
    with pytest.raises(DocumentError, match=r"^index\.json: missing in here$"):
        archive.read_top()


def test_damage_between_members_is_said(written: WrittenLayout, tmp_path: Path) -> None:
    whole = pack(written, tmp_path / "x")
    with tarfile.open(whole) as archive:
        third = archive.getmembers()[3].offset
    data = bytearray(whole.read_bytes())
    data[third : third + 512] = b"\xff" * 512
    whole.write_bytes(data)
    found = Layout(Archive(whole, "here"))
    damage = f"here: the archive is damaged at offset {third:,}: expected a member or the end, found neither"
    assert found.problems[0] == damage


@given(st.binary(max_size=600), st.integers(0, 6000))
def test_random_damage_is_never_a_traceback(damage: bytes, at: int) -> None:
    data = bytearray(write_tar([file("oci-layout", b"{}"), file("index.json", b"{}" * 400), file("blobs/x/y", "z")]))
    data[at : at + len(damage)] = damage
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        path.write_bytes(data)
        with suppress(OcituiError):
            archive = Layout(Archive(path))
            list(archive.digests())
            archive.read_top()


def test_a_long_header_is_not_read(tmp_path: Path) -> None:
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 8 << 30
    stream = io.BytesIO(write_tar([file("oci-layout", b"{}")])[:1024])
    data = stream.getvalue() + member.tobuf(tarfile.GNU_FORMAT) + bytes(4096)
    (tmp_path / "x").write_bytes(data)
    archive = Layout(Archive(tmp_path / "x", "here"))
    assert "over the limit of 1,048,576" in archive.problems[0]
