"""Images under a folder: what is one, told without opening it, and where the walk ends."""

import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard

from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.spec.compression import Compression
from ocitui.transports import nearby
from ocitui.transports.archives import unpack
from ocitui.transports.archives.unpack import Unpacking
from ocitui.transports.nearby import DEPTH, Nearby, find_nearby
from ocitui.transports.opening import open_reference
from tests.images.layout_writer import LayerSpec, write_layout

CONFIG = f"{'ab' * 32}.json"
DOCKER = {CONFIG: b"{}", "manifest.json": b'[{"Config": "x", "RepoTags": null, "Layers": []}]'}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with nothing in it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def found(folder: Path = Path(".")) -> dict[str, str]:
    """References, each with its kind, in the order they were found."""
    return {image.reference: image.kind for image in find_nearby(folder, lambda: False)}


def tar_of(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return written.getvalue()


def layout_tar(folder: Path, top: str = "") -> bytes:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tar_of({f"{top}{path.relative_to(folder)}": path.read_bytes() for path in files})


def test_a_layout_is_told_by_its_files() -> None:
    write_layout(Path("whole"))
    write_layout(Path("no-version"))
    Path("no-version/oci-layout").unlink()
    write_layout(Path("no-index"))
    Path("no-index/index.json").unlink()
    Path("blobs-alone/blobs").mkdir(parents=True)
    Path("web").mkdir()
    Path("web/index.json").write_text("{}")
    assert found() == {"./no-index": "OCI layout", "./no-version": "OCI layout", "./whole": "OCI layout"}


def test_a_folder_that_is_a_layout_itself(here: Path) -> None:
    layout = write_layout(here, [b"a layer"])
    (image,) = find_nearby(Path("."), lambda: False)
    blobs = [layout.blob(digest) for digest in (layout.manifest, layout.config, *layout.layers)]
    assert (image.reference, image.name, image.kind) == (".", ".", "OCI layout")
    assert image.size == sum(path.stat().st_size for path in blobs)
    assert image.moment is not None
    assert image.moment.timestamp() == pytest.approx((here / "index.json").stat().st_mtime)


def test_skopeos_folder_and_one_that_only_looks_like_it() -> None:
    for name, version in (("skopeo", "Directory Transport Version: 1.1\n"), ("other", "1.2.3\n")):
        Path(name).mkdir()
        Path(name, "version").write_text(version)
        Path(name, "manifest.json").write_text("{}")
    assert found() == {"./skopeo": "skopeo dir"}


def test_archives_are_told_by_their_members(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", [b"a layer"]).path
    Path("oci.tar").write_bytes(layout_tar(layout))
    Path("packed.tar").write_bytes(layout_tar(layout, "layout/"))
    Path("docker.tar").write_bytes(tar_of(DOCKER))
    Path("docker.save").write_bytes(tar_of(DOCKER))  # nobody asked for a look at every file
    Path("extension.tar").write_bytes(tar_of({"manifest.json": b'{"name": "an extension"}', "icon": b""}))
    Path("sources.tar").write_bytes(tar_of({"src/main.c": b"", "README": b""}))
    Path("junk.tar").write_bytes(b"junk" * 1000)
    Path("empty.tar").write_bytes(b"")
    assert found() == {"./docker.tar": "docker archive", "./oci.tar": "OCI archive", "./packed.tar": "OCI archive"}
    for reference in found():
        open_reference(reference)


@pytest.mark.parametrize(
    ("name", "compress", "word"),
    [("gz", gzip.compress, "gzip"), ("xz", lzma.compress, "xz"), ("zst", zstandard.compress, "zstd")],
)
def test_compressed_archives(name: str, compress: Callable[[bytes], bytes], word: str, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", [b"a layer"]).path
    Path(f"oci.tar.{name}").write_bytes(compress(layout_tar(layout)))
    Path(f"docker.tar.{name}").write_bytes(compress(tar_of(DOCKER)))
    Path("misnamed.tar").write_bytes(compress(tar_of(DOCKER)))
    Path(f"sources.tar.{name}").write_bytes(compress(tar_of({"src/main.c": b""})))
    Path(f"cut.tar.{name}").write_bytes(compress(b"")[:5])
    kind = f"archive ({word})"
    assert found() == {f"./docker.tar.{name}": kind, "./misnamed.tar": kind, f"./oci.tar.{name}": kind}


def test_of_a_compressed_archive_only_the_beginning_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tar_of({f"blobs/sha256/{'ab' * 32}": bytes(20_000_000), "index.json": b"{}"})
    Path("huge.tar.gz").write_bytes(gzip.compress(huge, 1))
    opened: list[Unpacking] = []

    class Counted(Unpacking):
        def __init__(self, path: Path, compression: Compression) -> None:
            super().__init__(path, compression)
            opened.append(self)

    monkeypatch.setattr(unpack, "Unpacking", Counted)
    assert found() == {"./huge.tar.gz": "archive (gzip)"}
    assert 0 < sum(each.size for each in opened) < 4_000_000


def test_a_layout_that_tar_packed_with_its_folders(tmp_path: Path) -> None:
    write_layout(tmp_path / "layout", [LayerSpec(blob=os.urandom(2_000_000))])
    for name, top in (("dot.tar.gz", "."), ("named.tar.gz", "layout")):
        with tarfile.open(name, "w:gz") as archive:
            archive.add(tmp_path / "layout", top)
    assert found() == {"./dot.tar.gz": "archive (gzip)", "./named.tar.gz": "archive (gzip)"}


def test_an_archive_of_many_members_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.transports.place_kind.MEMBERS", 3)
    Path("many.tar").write_bytes(tar_of({**{f"file-{number}": b"" for number in range(3)}, **DOCKER}))
    Path("few.tar").write_bytes(tar_of({"one": b"", **DOCKER}))
    assert found() == {"./few.tar": "docker archive"}


def test_the_nearest_come_first_and_nothing_in_an_image() -> None:
    write_layout(Path("z"))
    write_layout(Path("z/blobs/inner"))
    write_layout(Path("a/b/c"))
    write_layout(Path("a/d"))
    Path("a/x.tar").write_bytes(tar_of(DOCKER))
    assert list(found()) == ["./z", "./a/x.tar", "./a/d", "./a/b/c"]


def test_how_deep_it_goes_and_what_it_leaves_out() -> None:
    deepest = "/".join("abcd"[:DEPTH])
    write_layout(Path(deepest))
    write_layout(Path("b/b/b/b/too-deep"))
    for folder in (".hidden", "node_modules", "a/.git", "a/__pycache__"):
        write_layout(Path(folder, "layout"))
    write_layout(Path("..").resolve() / "elsewhere")
    Path("link").symlink_to(Path("..").resolve() / "elsewhere")
    Path("link.tar").symlink_to("docker.tar")
    os.mkfifo("pipe.tar")
    assert list(found()) == [f"./{deepest}"]


def test_a_folder_that_may_not_be_read_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    write_layout(Path("image"))
    Path("locked").mkdir()
    scan = os.scandir

    def refuse(path: str) -> object:
        if path == "./locked":
            raise PermissionError(13, "no", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list(found()) == ["./image"]


def test_where_there_is_too_much_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "ENTRIES", 50)
    write_layout(Path("image"))
    for number in range(60):
        Path(f"m{number}").mkdir()
    images: list[Nearby] = []
    with pytest.raises(OcituiError, match="looked at 50 files and folders, and no further"):
        images.extend(find_nearby(Path("."), lambda: False))


def test_it_ends_when_nobody_waits() -> None:
    for number in range(5):
        write_layout(Path(f"image-{number}"))
    looked: list[bool] = []

    def is_cancelled() -> bool:
        looked.append(True)
        return len(looked) > 3

    assert len(list(find_nearby(Path("."), is_cancelled))) < 5


@pytest.mark.parametrize("name", ["[red]x", "a\nb\x1b[31m", "demo", "-x", "oci:x", "me@sha256:zz", b"\xff\xfe", "a b"])
def test_every_name_opens_as_it_is_given(name: str | bytes) -> None:
    write_layout(Path(os.fsdecode(name)))
    (image,) = find_nearby(Path("."), lambda: False)
    assert image.name == os.fsdecode(name)
    assert printable(image.name).isprintable()
    transport, reference = open_reference(image.reference)
    assert transport.place == image.reference
    assert (reference.transport, reference.tag) == ("", "")


def test_another_folder_than_the_current_one(tmp_path: Path) -> None:
    write_layout(tmp_path / "elsewhere" / "image")
    (image,) = find_nearby(tmp_path / "elsewhere", lambda: False)
    assert (image.reference, image.name) == (str(tmp_path / "elsewhere" / "image"), "image")
