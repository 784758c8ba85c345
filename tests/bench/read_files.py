"""A process that reads files from a layer and says how long each took.

``python -m tests.bench.read_files TOOL LAYOUT CACHE SEED`` prints the seconds of each file as a JSON list;
TOOL is ``ocitui``, ``indexed_gzip`` or ``ratarmount``. The first time, the peers' indexes are made.
"""

import hashlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.bench.inputs.images import indexes_of, requests_of

FILES = 60
SMALLEST, LARGEST = 20_000, 200_000
"""Bytes of the files that are read."""

Read = Callable[[bytes, Entry], bytes]
"""Reads a file, given its path and what our index says of it."""


def main(tool: str, layout: str, cache: str, seed: str) -> None:
    """Read files at random, and check that they are right."""
    blob = requests_of(layout)[0].blob
    assert isinstance(blob, BlobLocation)
    (index,) = indexes_of(layout, Path(cache))
    taken = []
    with redirect_stdout(sys.stderr), index, _TOOLS[tool](blob, index, Path(cache)) as read:  # ratarmount talks
        for path, entry, digest in _chosen(index, layout, Path(cache), int(seed)):
            start = time.perf_counter()
            data = read(path, entry)
            taken.append(time.perf_counter() - start)
            if hashlib.sha256(data).hexdigest() != digest:
                sys.exit(f"{tool} gave something else for {path!r}")
    print(json.dumps(taken))


def _chosen(index: LayerIndex, layout: str, cache: Path, seed: int) -> list[tuple[bytes, Entry, str]]:
    """Files to read, and what is in them as the same layer has it uncompressed."""
    files = [
        (path, entry)
        for path, entry in index.walk()
        if entry.kind is EntryKind.FILE and SMALLEST <= entry.size <= LARGEST and entry.offset is not None
    ]
    chosen = random.Random(seed).sample(files, FILES)
    plain = requests_of(Path(layout).with_name("plain"))[0].blob.path
    found = []
    with plain.open("rb") as tar:
        for path, entry in chosen:
            tar.seek(entry.offset or 0)
            found.append((path, entry, hashlib.sha256(tar.read(entry.size)).hexdigest()))
    return found


@contextmanager
def _ocitui(blob: BlobLocation, index: LayerIndex, cache: Path) -> Iterator[Read]:
    with LayerReader(blob, index) as reader:

        def read(path: bytes, _: Entry) -> bytes:
            found = index.lookup(path)
            return reader.read(found) if found is not None else b""

        yield read


@contextmanager
def _indexed_gzip(blob: BlobLocation, index: LayerIndex, cache: Path) -> Iterator[Read]:
    indexed_gzip = import_module("indexed_gzip")

    points = cache / "points.gzidx"
    if not points.exists():
        with indexed_gzip.IndexedGzipFile(str(blob.path)) as file:
            file.build_full_index()
            file.export_index(str(points))
    with indexed_gzip.IndexedGzipFile(str(blob.path), index_file=str(points)) as file:

        def read(_: bytes, entry: Entry) -> bytes:
            file.seek(entry.offset or 0)
            data: bytes = file.read(entry.size)
            return data

        yield read


@contextmanager
def _ratarmount(blob: BlobLocation, index: LayerIndex, cache: Path) -> Iterator[Read]:
    tars = import_module("ratarmountcore.mountsource.formats.tar")

    known = cache / "ratarmount.sqlite"
    with tars.SQLiteIndexedTar(str(blob.path), writeIndex=True, indexFilePath=str(known)) as source:

        def read(path: bytes, _: Entry) -> bytes:
            found = source.lookup(f"/{path.decode()}")
            if found is None:
                return b""
            with closing(source.open(found)) as file:
                data: bytes = file.read()
            return data

        yield read


_TOOLS = {"ocitui": _ocitui, "indexed_gzip": _indexed_gzip, "ratarmount": _ratarmount}

if __name__ == "__main__":
    main(*sys.argv[1:])
