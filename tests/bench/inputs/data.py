"""The images that are measured on, made once and kept in the system's temporary folder."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from tests.bench.inputs.insides import write_jar, write_model
from tests.bench.inputs.layouts import Blob, write_archive, write_layout
from tests.bench.inputs.sboms import write_sboms
from tests.bench.inputs.tars import END, SOURCE, file, folder, real_names, write_flat, write_folders, write_real
from tests.images import with_skopeo, with_stargz
from tests.images.with_registry import docker_registry
from tests.layers.toc.tables import NEW_ZSTD, zstd_chunked

VERSION = 1
"""Goes up when what is made here changes, so that nothing old is measured."""

GIGABYTE = 1_000_000_000
"""Bytes of the layers of a large archive, unpacked."""

HEAVY_FILES = 500
"""Files of a layer of large files."""

LAYERS, ENTRIES = (1, 10, 100), (10_000, 100_000, 1_000_000)
"""Layers of images, and entries of all layers of one."""

REAL, PARTS, CHUNKED, CHUNKED_PARTS = "real", "parts", "chunked", "chunked-parts"
"""Images of the registry: a gzip layer, several, a layer with a table of contents, and several."""

ESTARGZ, SPLIT = "estargz", "split"
"""Images that have a registry each: a layer with a table of the other format, and one with a tar-split."""

SPLIT_FILES, SPLIT_LONGEST = 4000, 1 << 22
"""Files of the layer with a tar-split, and the bytes of the longest of them: all are in memory while it is made."""

PART_COUNT = 4
"""Layers of the image that is the same files in several layers."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An image that is made."""

    layout: Path
    archive: Path
    """What dive reads; not there for every image."""

    @property
    def blob(self) -> Path:
        """Its largest blob: its layer, where it has one."""
        return max((self.layout / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)


class Data:
    """All images; each is made when it is first asked for, and reused when it is complete."""

    def __init__(self, root: Path | None = None) -> None:
        """
        Args:
            root: the folder to keep them in; one below the system's temporary folder where none is given.
        """
        self._root = root or Path(tempfile.gettempdir()) / f"ocitui-bench-v{VERSION}"

    @cached_property
    def plain(self) -> Stored:
        """One layer of real files, not compressed."""
        return self._stored("real", _make_real, "plain")

    @cached_property
    def gzip(self) -> Stored:
        """The same layer, gzip."""
        return self._stored("real", _make_real, "gzip")

    @cached_property
    def zstd(self) -> Stored:
        """The same layer, zstd."""
        return self._stored("real", _make_real, "zstd")

    @cached_property
    def chunked(self) -> Stored:
        """The same layer, zstd:chunked: with a table of contents; made by skopeo."""
        source = self.plain.layout
        return self._stored("chunked", lambda target: _make_chunked(source, target), "chunked")

    @cached_property
    def chunked_parts(self) -> Stored:
        """The same files in several zstd:chunked layers."""
        source = self.parts.layout
        return self._stored("chunked-parts", lambda target: _make_chunked(source, target), "chunked")

    @cached_property
    def parts(self) -> Stored:
        """The same files in several gzip layers."""
        return self._stored("parts", _make_parts, "gzip")

    @cached_property
    def registry(self) -> Path:
        """The files of a docker-registry that has some of these images."""
        images = {REAL: self.gzip, PARTS: self.parts, CHUNKED: self.chunked, CHUNKED_PARTS: self.chunked_parts}
        layouts = {name: stored.layout for name, stored in images.items()}
        return self._made("registry", lambda target: _fill_registry(layouts, target))

    @cached_property
    def estargz(self) -> Stored:
        """The layer of `plain` as eStargz, with a table of contents; made by stargz-snapshotter."""
        source = self.plain.layout
        return self._stored(ESTARGZ, lambda target: _make_estargz(source, target), ESTARGZ)

    @cached_property
    def split(self) -> Stored:
        """Some of its files in a zstd:chunked layer with a tar-split, which a name that is no UTF-8 makes necessary."""
        return self._stored(SPLIT, _make_split, SPLIT)

    @cached_property
    def estargz_registry(self) -> Path:
        """The files of a docker-registry that has the first of these two."""
        layouts = {ESTARGZ: self.estargz.layout}
        return self._made(f"registry-{ESTARGZ}", lambda target: _fill_registry(layouts, target))

    @cached_property
    def split_registry(self) -> Path:
        """The same of the second."""
        layouts = {SPLIT: self.split.layout}
        return self._made(f"registry-{SPLIT}", lambda target: _fill_registry(layouts, target))

    @cached_property
    def large(self) -> Stored:
        """Three layers: one folder of 100,000 entries, a million entries, and another million."""
        return self._stored("large", _make_large, "gzip")

    @cached_property
    def crowd(self) -> Stored:
        """One layer: a million files in one folder."""
        return self._stored("crowd", _make_crowd, "gzip")

    @cached_property
    def deep(self) -> Stored:
        """A hundred layers with 300,000 paths."""
        return self._stored("hundred", _make_hundred, "gzip")

    def grid(self, layers: int, entries: int) -> Stored:
        """As many entries in as many layers, in folders that all layers have."""
        return self._stored(f"grid-{layers}-{entries}", partial(_make_grid, layers, entries), "gzip")

    @cached_property
    def heavy(self) -> Stored:
        """One layer of 1 GB in few files, not compressed."""
        return self._stored("heavy", _make_heavy, "plain")

    @cached_property
    def sboms(self) -> Path:
        """Layouts of an image and an SBOM of 50 MB: see `tests.bench.inputs.sboms`."""
        return self._made("sboms", write_sboms)

    @cached_property
    def jar(self) -> Path:
        """A layout of an image with a fat jar, and the jar."""
        return self._made("jar", write_jar)

    @cached_property
    def model(self) -> Path:
        """A layout of a model."""
        return self._made("model", write_model)

    @cached_property
    def plain_archive(self) -> Stored:
        """A docker archive of 1 GB: real files in several layers, none compressed."""
        return self._stored("gigabyte", _make_gigabyte, "plain")

    @cached_property
    def gzip_archive(self) -> Stored:
        """The same layers, gzip."""
        return self._stored("gigabyte", _make_gigabyte, "gzip")

    def _stored(self, name: str, make: Callable[[Path], None], image: str) -> Stored:
        target = self._made(name, make)
        return Stored(target / image, target / f"{image}.docker.tar")

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        target = self._root / name
        if not target.exists():
            print(f"  making the data {name!r}, once", file=sys.stderr, flush=True)
            self._root.mkdir(parents=True, exist_ok=True)
            new = Path(tempfile.mkdtemp(prefix=f"{name}.new-", dir=self._root))
            try:
                make(new)
                os.rename(new, target)
            finally:
                shutil.rmtree(new, ignore_errors=True)
        return target


def _make_real(target: Path) -> None:
    tar = target / "real.tar"
    write_real(tar, real_names())
    for name, compression in (("plain", "none"), ("gzip", "gzip"), ("zstd", "zstd")):
        blob = Blob.compress(tar, compression)  # type: ignore[arg-type]
        write_layout(target / name, [blob])
        write_archive(target / f"{name}.docker.tar", [blob])


def _make_chunked(source: Path, target: Path) -> None:
    with_skopeo.copy(f"oci:{source}:bench", f"oci:{target / 'chunked'}:bench", "--dest-compress-format", "zstd:chunked")


def _make_estargz(source: Path, target: Path) -> None:
    made = with_stargz.convert(f"oci:{source}:bench", target / "made", "estargz")
    with_skopeo.copy(f"oci:{made}:1", f"oci:{target / ESTARGZ}:bench", "--preserve-digests")
    shutil.rmtree(target / "made")


def _make_split(target: Path) -> None:
    paths = {name: SOURCE.parent / name for name in real_names() if len(name) < 100}
    plain = [name for name, path in paths.items() if path.is_file() and not path.is_symlink()]
    fitting = [name for name in plain if 0 < paths[name].stat().st_size <= SPLIT_LONGEST]
    files = {name: paths[name].read_bytes() for name in fitting[:: max(1, len(fitting) // SPLIT_FILES)]}
    layer = zstd_chunked({**files, "caf\udce9": b"latin"}, prefix=NEW_ZSTD, split=lambda lines: None)
    path = target / "layer"
    path.write_bytes(layer.blob)
    diff_id = f"sha256:{hashlib.sha256(layer.tar).hexdigest()}"
    write_layout(target / SPLIT, [Blob(path, "zstd", diff_id, layer.annotations)])


def _fill_registry(layouts: dict[str, Path], target: Path) -> None:
    with docker_registry(target) as registry:
        for name, layout in layouts.items():
            image = f"docker://{registry.address}/bench/{name}:1"
            with_skopeo.copy(f"oci:{layout}:bench", image, "--dest-tls-verify=false", "--preserve-digests")


def _make_parts(target: Path) -> None:
    names = real_names()
    size = -(-len(names) // PART_COUNT)
    blobs = []
    for number in range(PART_COUNT):
        tar = target / f"{number}.tar"
        write_real(tar, names[number * size : (number + 1) * size])
        blobs.append(Blob.compress(tar, "gzip"))
        tar.unlink()
    write_layout(target / "gzip", blobs)
    write_archive(target / "gzip.docker.tar", blobs)


def _make_gigabyte(target: Path) -> None:
    names = real_names(total=GIGABYTE)
    size = -(-len(names) // PART_COUNT)
    tars = [target / f"{number}.tar" for number in range(PART_COUNT)]
    for number, tar in enumerate(tars):
        write_real(tar, names[number * size : (number + 1) * size])
    for kind, compression in (("plain", "none"), ("gzip", "gzip")):
        blobs = [Blob.compress(tar, compression) for tar in tars]  # type: ignore[arg-type]
        write_archive(target / f"{kind}.docker.tar", blobs)
        for blob in blobs:
            if compression != "none":
                blob.path.unlink()
    for tar in tars:
        tar.unlink()


def _make_heavy(target: Path) -> None:
    tar, size = target / "heavy.tar", GIGABYTE // HEAVY_FILES
    with tar.open("wb") as sink:
        sink.write(folder("models"))
        for number in range(HEAVY_FILES):
            sink.write(file(f"models/part-{number:04}", size, bytes([number % 256])))
        sink.write(END)
    blob = Blob.compress(tar, "none")
    write_layout(target / "plain", [blob])
    write_archive(target / "plain.docker.tar", [blob])


def _make_grid(layers: int, entries: int, target: Path) -> None:
    blobs = []
    each = entries // layers
    for layer in range(layers):
        tar = target / f"{layer}.tar"
        with tar.open("wb", buffering=1 << 20) as sink:
            for number in range(0, each, 100):
                name = f"srv/folder-{number // 100:04}"
                sink.write(folder(name))
                sink.writelines(file(f"{name}/{layer}-{nth:02}", (number * 7 + nth) % 512 + 1) for nth in range(99))
            sink.write(END)
        blobs.append(Blob.compress(tar, "gzip"))
        tar.unlink()
    write_layout(target / "gzip", blobs)


def _make_large(target: Path) -> None:
    flat, million, other = target / "flat.tar", target / "million.tar", target / "other.tar"
    write_flat(flat, "flat", 100_000)
    write_folders(million, "tree", 10_000, 100)
    write_folders(other, "other", 10_000, 100)
    blobs = []
    for tar in (flat, million, other):
        blobs.append(Blob.compress(tar, "gzip"))
        tar.unlink()
    write_layout(target / "gzip", blobs)


def _make_crowd(target: Path) -> None:
    tar = target / "crowd.tar"
    write_flat(tar, "crowd", 1_000_000)
    blob = Blob.compress(tar, "gzip")
    tar.unlink()
    write_layout(target / "gzip", [blob])


def _make_hundred(target: Path) -> None:
    """Every layer adds 30 files to each of 100 folders, replaces some of the layer below and deletes others."""
    blobs = []
    for layer in range(100):
        tar = target / f"{layer}.tar"
        with tar.open("wb") as sink:
            for number in range(100):
                name = f"srv/folder-{number:02}"
                sink.write(folder(name))
                sink.writelines(file(f"{name}/file-{layer:02}-{nth:02}", nth + 1) for nth in range(30))
                if layer:
                    sink.write(file(f"{name}/file-{layer - 1:02}-00", 100))
                    sink.write(file(f"{name}/.wh.file-{layer - 1:02}-01"))
            sink.write(END)
        blobs.append(Blob.compress(tar, "gzip"))
        tar.unlink()
    write_layout(target / "gzip", blobs)
