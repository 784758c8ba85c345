"""A layout folder that may be anything: what is said of it, and that nothing outside it is read."""

import os
from pathlib import Path

import pytest

from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.transports.layout import Layout
from ocitui.transports.transport import MANIFEST_LIMIT, read_document
from tests.images.layout_writer import WrittenLayout, write_layout


@pytest.fixture
def written(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [b"x" * 1024])


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        Layout.open(path, "here")
    return str(caught.value)


def test_a_sound_layout_has_no_problems(written: WrittenLayout) -> None:
    layout = Layout.open(written.path)
    assert layout.problems == ()
    assert layout.read_top().raw == (written.path / "index.json").read_bytes()
    assert set(layout.digests()) == {Digest.parse(d) for d in (written.manifest, written.config, *written.layers)}
    location = layout.locate(Digest.parse(written.manifest))
    assert location.path.read_bytes()[location.offset :][: location.size] == written.blob(written.manifest).read_bytes()


def test_what_is_no_layout(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == "here: no such file or folder"
    assert refusal(tmp_path) == ("here: not an OCI layout: oci-layout, index.json and blobs/ are missing")
    (tmp_path / "file").write_text("x")
    assert refusal(tmp_path / "file") == "here: is a file, not a folder with an OCI layout"
    assert refusal(Path("a\0b")) == "here: cannot be read: embedded null byte"
    (tmp_path / "loop").symlink_to("loop")
    assert refusal(tmp_path / "loop") == "here: cannot be read: Too many levels of symbolic links"


def test_a_name_is_safe_in_a_message(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Layout.open(tmp_path / "x", "\x1b[2J\udcff")
    assert str(caught.value) == "\\x1b[2J\\xff: no such file or folder"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "oci-layout: missing in here"),
        (b"", "oci-layout: expected a JSON document, found nothing"),
        (b"[]", "oci-layout: expected a JSON object, found a list"),
        (b"{}", "oci-layout: expected imageLayoutVersion 1.0.0, found null"),
        (b'{"imageLayoutVersion": "2.0.0"}', "oci-layout: expected imageLayoutVersion 1.0.0, found the text '2.0.0'"),
        (b'{"imageLayoutVersion": 1}', "oci-layout: expected imageLayoutVersion 1.0.0, found the number 1"),
    ],
)
def test_a_wrong_version_is_said_and_the_rest_opens(
    written: WrittenLayout, content: bytes | None, problem: str
) -> None:
    (written.path / "oci-layout").unlink()
    if content is not None:
        (written.path / "oci-layout").write_bytes(content)
    layout = Layout.open(written.path, "here")
    assert layout.problems == (problem,)
    assert layout.read_top()


def test_index_json_is_there_and_inside(written: WrittenLayout, tmp_path: Path) -> None:
    index = written.path / "index.json"

    def said() -> str:
        with pytest.raises(DocumentError) as caught:
            Layout.open(written.path, "here").read_top()
        return str(caught.value)

    index.unlink()
    assert said() == "index.json: missing in here"
    (tmp_path / "outside.json").write_text("{}")
    index.symlink_to(tmp_path / "outside.json")
    assert said() == "index.json: expected a file of the folder, found a link out of it"
    index.unlink()
    index.mkdir()
    assert said() == "index.json: expected a file, found a folder"
    index.rmdir()
    index.write_bytes(b" " * (MANIFEST_LIMIT + 1))
    assert said() == "index.json: expected at most 4,194,304 bytes for such a document, found 4,194,305"


def test_a_blob_is_a_file_inside(written: WrittenLayout, tmp_path: Path) -> None:
    digest = Digest.parse(written.layers[0])
    blob = written.blob(written.layers[0])
    layout = Layout.open(written.path)

    def said(kind: type[BlobError] = BlobError) -> str:
        with pytest.raises(kind) as caught:
            layout.locate(digest)
        return str(caught.value)

    inside = blob.rename(blob.with_name("kept"))
    assert said(BlobMissingError) == f"blob {digest}: missing"
    blob.symlink_to(inside)
    assert layout.locate(digest).path == inside
    blob.unlink()
    (tmp_path / "outside").write_text("secret")
    blob.symlink_to("../../../outside")
    assert said() == f"blob {digest}: expected a file of the folder, found a link out of it"
    blob.unlink()
    blob.symlink_to("nowhere")
    assert said(BlobMissingError) == f"blob {digest}: missing"
    blob.unlink()
    blob.symlink_to(blob.name)
    assert said() == f"blob {digest}: cannot be read: Too many levels of symbolic links"
    blob.unlink()
    blob.mkdir()
    assert said() == f"blob {digest}: expected a file, found a folder"
    blob.rmdir()
    os.mkfifo(blob)
    assert said() == f"blob {digest}: expected a file, found a pipe"


def test_a_digest_too_long_for_a_file_name_is_said(written: WrittenLayout) -> None:
    digest = Digest.parse("x:" + "a" * 400)
    (written.path / "blobs" / "x").mkdir()
    with pytest.raises(BlobError) as caught:
        Layout.open(written.path).locate(digest)
    assert str(caught.value) == f"blob {digest}: cannot be read: File name too long"


def test_a_folder_of_blobs_that_is_a_link_out_lists_nothing(written: WrittenLayout, tmp_path: Path) -> None:
    (written.path / "blobs").rename(tmp_path / "elsewhere")
    (written.path / "blobs").symlink_to(tmp_path / "elsewhere")
    layout = Layout.open(written.path)
    assert list(layout.digests()) == []
    with pytest.raises(BlobError, match="found a link out of it"):
        layout.locate(Digest.parse(written.manifest))


def test_files_that_are_no_blobs_are_passed_over(written: WrittenLayout) -> None:
    (written.path / "blobs" / "sha256" / ".tmp-123").write_text("")
    (written.path / "blobs" / "README").write_text("")
    assert len(list(Layout.open(written.path).digests())) == 3


class TestReadDocument:
    """Whole documents: their size, their digest, their embedded data."""

    def read(self, written: WrittenLayout, **changes: object) -> tuple[bytes | None, tuple[str, ...], bool]:
        found = {"mediaType": "a/b", "digest": written.manifest, "size": self.size(written), **changes}
        stored = read_document(Layout.open(written.path), Descriptor.read(found, ""), "it", MANIFEST_LIMIT)
        return stored.raw, stored.problems, stored.is_missing

    def size(self, written: WrittenLayout) -> int:
        return written.blob(written.manifest).stat().st_size

    def test_a_sound_one(self, written: WrittenLayout) -> None:
        assert self.read(written) == (written.blob(written.manifest).read_bytes(), (), False)

    def test_a_wrong_size(self, written: WrittenLayout) -> None:
        raw, problems, _ = self.read(written, size=1_000_000)
        assert raw is not None
        assert problems == (f"it: expected 1,000,000 bytes, found {len(raw)}",)

    def test_a_changed_one(self, written: WrittenLayout) -> None:
        size = self.size(written)
        written.replace(written.manifest, b"x" * size)
        found = Digest.of(b"x" * size)
        assert self.read(written) == (b"x" * size, (f"it: expected digest {written.manifest}, found {found}",), False)

    def test_one_that_is_not_here(self, written: WrittenLayout) -> None:
        absent = str(Digest.of(b"absent"))
        assert self.read(written, digest=absent) == (None, ("it: blob missing",), True)

    def test_one_that_is_too_large(self, written: WrittenLayout) -> None:
        with written.blob(written.manifest).open("wb") as file:
            file.truncate(10**9)
        said = f"it: expected at most {MANIFEST_LIMIT:,} bytes for such a document, found 1,000,000,000"
        assert self.read(written) == (None, (said,), False)

    def test_sha512(self, written: WrittenLayout) -> None:
        digest = Digest.of(b"{}", "sha512")
        (written.path / "blobs" / "sha512").mkdir()
        written.blob(str(digest)).write_bytes(b"{}")
        assert self.read(written, digest=str(digest), size=2) == (b"{}", (), False)
        written.blob(str(digest)).write_bytes(b"[]")
        said = f"it: expected digest {digest}, found {Digest.of(b'[]', 'sha512')}"
        assert self.read(written, digest=str(digest), size=2) == (b"[]", (said,), False)

    def test_an_algorithm_that_cannot_be_checked(self, written: WrittenLayout) -> None:
        (written.path / "blobs" / "blake3").mkdir()
        (written.path / "blobs" / "blake3" / "abc").write_bytes(b"{}")
        said = "it: cannot be checked, blake3 is not an algorithm that ocitui knows"
        assert self.read(written, digest="blake3:abc", size=2) == (b"{}", (said,), False)

    def test_embedded_data(self, written: WrittenLayout) -> None:
        empty = {"digest": str(Digest.of(b"{}")), "data": "e30="}
        assert self.read(written, **empty, size=2) == (b"{}", (), False)
        assert self.read(written, **empty, size=3) == (b"{}", ("it: expected 3 bytes, found 2",), False)
        raw, problems, _ = self.read(written, data="e30=")
        assert raw == written.blob(written.manifest).read_bytes()
        assert problems == (f"it: expected embedded data of digest {written.manifest}, found {Digest.of(b'{}')}",)

    def test_no_digest(self, written: WrittenLayout) -> None:
        assert self.read(written, digest=None) == (None, ("it: its descriptor holds no digest",), False)
