"""What is fuzzed: each target takes bytes, and fails where something is raised that a user should never see.

A target may also compare: with the standard library, or with a plain way to do the same.
"""

import gzip
import json
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

import zstandard

from ocitui.demo.tar import Entry, write_tar
from ocitui.display import printable, quote
from ocitui.errors import OcituiError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.image.artifacts.gguf import read_gguf
from ocitui.image.artifacts.rafs import read_rafs
from ocitui.image.artifacts.safetensors import read_safetensors
from ocitui.image.artifacts.wasm import read_wasm
from ocitui.image.attestations.find import Attestation
from ocitui.image.attestations.sbom import read_sbom
from ocitui.image.attestations.statement import read_statement
from ocitui.image.described.describe import describe_file, sections_of
from ocitui.image.documents.attested import describe_attestation
from ocitui.image.documents.signed import describe_signature
from ocitui.image.documents.summary import describe
from ocitui.image.documents.tree import build_tree
from ocitui.image.file_kind import tell_kind
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.node import Node, NodeKind
from ocitui.image.packages.owners import read_owners
from ocitui.image.packages.rpm import read_rpm_database, read_rpm_header
from ocitui.image.search.query import parse_query
from ocitui.image.selection import images_below
from ocitui.image.signatures.certificate import read_certificate
from ocitui.image.signatures.find import read_file
from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.notation import COSE, JWS, read_notation
from ocitui.image.signatures.openpgp_keys import OpenPgpCheck
from ocitui.image.signatures.sigstore import read_bundle, read_cosign, read_signed_statement
from ocitui.layers.basis import Source
from ocitui.layers.compression.opening import open_decompressor
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.nested.archive import Archive as NestedArchive
from ocitui.layers.nested.data import Held
from ocitui.layers.reader import LayerReader
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.summary import Findings
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.soci.ztoc import parse_ztoc
from ocitui.layers.toc.table import TableOfContents
from ocitui.spec import lean_document
from ocitui.spec.compression import Compression
from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import OCI_INDEX, OCI_MANIFEST
from ocitui.spec.reference import readings
from ocitui.transports.archives.archive import Archive
from ocitui.transports.blob import BlobLocation
from ocitui.transports.containerd.bolt import Bolt, BoltError, Bucket
from ocitui.transports.containers_storage.split_runs import read_runs
from ocitui.transports.folder import Folder
from ocitui.transports.layout import Layout
from ocitui.transports.opening import open_images
from ocitui.tui.view.json_scan import JsonError, scan_json
from tests.image.naive_overlay import overlay
from tests.image.stacks import TarReader, close, stack_of
from tests.images.openpgp_writer import SIGNER
from tests.images.signature_writer import Sigstore
from tests.layers.scanning import scan
from tests.layers.tars import END, checked, member
from tests.layers.toc.ztocs import gzip_layer, plain_layer

SIGSTORE = Sigstore()
KEYLESS = SIGSTORE.annotations(b"{}", "https://a", "https://b")
"""The proof of a keyless signature of an empty object."""

Target = Callable[[bytes], None]

TARGETS: dict[str, Target] = {}
"""All of them by name."""

_ZTOC_TAR = write_tar([Entry(b"a", b"text " * 999), Entry(b"d/b", b"x" * 5000, xattrs=(("user.a", b"1"),))])
ZTOC_LAYERS = (
    plain_layer(_ZTOC_TAR, 1 << 12),
    replace(gzip_layer(_ZTOC_TAR), is_old=True),
    gzip_layer(_ZTOC_TAR, 1 << 12),
)
"""Layers whose ztocs are fuzzed; but for the last these are short, since they have no windows."""

_FOLDER = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
_SMALL = 1 << 22
"""Bytes that a target unpacks at most."""


def target(function: Target) -> Target:
    """Register a target."""
    TARGETS[function.__name__] = function
    return function


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        yield Path(folder)


@target
def scanner(data: bytes) -> None:
    """Any bytes as a layer: its index can be made, walked and read, whatever is damaged."""
    with _folder() as folder:
        blob, path = folder / "blob", folder / "index"
        blob.write_bytes(data)
        summary = build_index(LayerRequest(BlobLocation(blob), Digest.of(data)), path)
        assert summary.verified or summary.damages
        with LayerIndex(path) as index, LayerReader(BlobLocation(blob), index) as reader:
            for _, entry in index.walk():
                if entry.kind is EntryKind.FILE and entry.size < _SMALL:
                    with suppress(OcituiError):
                        assert len(reader.read(entry)) == entry.size


@target
def headers(data: bytes) -> None:
    """Blocks whose checksums are right: the scanner finds the same in them, in whatever pieces they come."""
    blocks = bytearray(data)
    for at in range(0, len(blocks) - 511, 512):
        if blocks[at + 257 : at + 262] == b"ustar":
            blocks[at : at + 512] = checked(blocks[at : at + 512])
    scanner(bytes(blocks))
    _same_in_pieces(bytes(blocks))


@target
def extended_headers(data: bytes) -> None:
    """Any bytes as the PAX header, the long name and the sparse map of a file."""
    cut = len(data) // 2
    for flag, magic in ((b"x", b"ustar\x0000"), (b"L", b"ustar  \0"), (b"g", b"ustar\x0000")):
        before = member(b"extended", data, flag=flag, magic=magic)
        _same_in_pieces(before + member(b"f", data) + member(b"f", data[:cut], flag=b"S", magic=magic) + END)
        scanner(before + member(b"f", data) + END)


def _same_in_pieces(data: bytes) -> None:
    found = []
    for piece in (len(data) or 1, 512, 700, 13):
        entries, findings = scan(data, piece)
        found.append((entries, findings.damages, findings.notes))
    assert found.count(found[0]) == len(found)


@target
def gzip_stream(data: bytes) -> None:
    """A gzip stream unpacks to what zlib makes of it, up to the same damage or further."""
    if len(data) > 1 << 16:
        return
    ours, is_whole = _unpack(Compression.GZIP, data)
    with suppress(EOFError, OSError, zlib.error):
        assert ours == gzip.decompress(data)[: len(ours)]
        return
    assert not is_whole or len(ours) <= _SMALL


@target
def zstd_stream(data: bytes) -> None:
    """A zstd stream unpacks to what the library makes of it in one go, or is damaged."""
    ours, is_whole = _unpack(Compression.ZSTD, data)
    with suppress(zstandard.ZstdError):
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data, read_across_frames=True)
        theirs = reader.read(_SMALL)
        if is_whole and len(ours) < _SMALL:
            assert ours == theirs


def _unpack(compression: Compression, data: bytes) -> tuple[bytes, bool]:
    """What comes out, and whether that is all."""
    with _folder() as folder:
        blob = folder / "blob"
        blob.write_bytes(data)
        found = bytearray()
        with BlobSource(BlobLocation(blob)) as source:
            stream = open_decompressor(compression, source, Findings(), exact=True)
            try:
                while len(found) < _SMALL and (piece := stream.read(4096)):
                    found += piece
            except StreamDamageError:
                return bytes(found), False
        return bytes(found), True


@target
def seek_points(data: bytes) -> None:
    """A file in a compressed layer reads the same at any offset."""
    if len(data) < 8:
        return
    contents = (data * 64)[: 1 << 18]
    tar = write_tar([Entry(b"a", data), Entry(b"b", contents)])
    blob = gzip.compress(tar, data[0] % 10) if data[1] % 2 else zstandard.ZstdCompressor(data[0] % 4).compress(tar)
    offset = int.from_bytes(data[2:6], "big") % (len(contents) + 1)
    size = int.from_bytes(data[6:8], "big")
    with _folder() as folder:
        path, where = folder / "index", folder / "blob"
        where.write_bytes(blob)
        build_index(LayerRequest(BlobLocation(where), Digest.of(blob)), path)
        with LayerIndex(path) as index, LayerReader(BlobLocation(where), index) as reader:
            entry = index.lookup(b"b")
            assert entry is not None
            assert reader.read(entry, offset, size) == contents[offset : offset + size]


@target
def documents(data: bytes) -> None:
    """Any bytes as any document."""
    for parse in (Index.parse, Manifest.parse, Config.parse):
        with suppress(OcituiError):
            parse(data, "it")


@target
def references(data: bytes) -> None:
    """Anything that may be typed."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(OcituiError):
        for reading in readings(text):
            assert reading.place or not reading.is_file
    with suppress(OcituiError):
        parse_query(text)


@target
def archives(data: bytes) -> None:
    """Any bytes as an archive with images."""
    with _folder() as folder:
        path = folder / "x"
        path.write_bytes(data)
        with suppress(OcituiError):
            transport = open_images(Archive(path))
            for image in images_below(build_tree(transport)):
                for layer in image.layers:
                    with suppress(OcituiError):
                        layer.locate(transport)


@target
def docker_tables(data: bytes) -> None:
    """Any bytes as a ``manifest.json`` and as the config it names."""
    cut = len(data) // 2
    archives(
        write_tar([Entry(b"manifest.json", data[:cut]), Entry(b"c.json", data[cut:]), Entry(b"a.tar", b"\0" * 1024)])
    )
    with suppress(ValueError, RecursionError):
        json.loads(data)


@target
def layouts(data: bytes) -> None:
    """Any bytes as ``index.json``, and as the two documents that an index names."""
    with _folder() as folder:
        (folder / "oci-layout").write_bytes(b'{"imageLayoutVersion": "1.0.0"}')
        blobs = folder / "blobs" / "sha256"
        blobs.mkdir(parents=True)
        documents = [data[: len(data) // 2], data[len(data) // 2 :]]
        for document in [data, *documents]:
            (blobs / Digest.of(document).encoded).write_bytes(document)
        named = [{"mediaType": OCI_INDEX, "digest": str(Digest.of(data)), "size": len(data)}]
        named += [{"mediaType": OCI_MANIFEST, "digest": str(Digest.of(each)), "size": len(each)} for each in documents]
        for index in (data, json.dumps({"schemaVersion": 2, "manifests": named}).encode()):
            (folder / "index.json").write_bytes(index)
            with suppress(OcituiError):
                top = build_tree(Layout(Folder(folder)))
                for node in top.walk():
                    describe(node, None)


@target
def databases(data: bytes) -> None:
    """Any bytes as containerd's database."""
    with suppress(BoltError):
        stack = [Bolt(data).root]
        while stack:
            with suppress(BoltError):
                for _, value in stack.pop().items():
                    if isinstance(value, Bucket):
                        stack.append(value)


@target
def tar_splits(data: bytes) -> None:
    """Any bytes as a tar-split."""
    with _folder() as folder:
        path = folder / "x.gz"
        for each in (data, gzip.compress(data, 1)):
            path.write_bytes(each)
            with suppress(OSError):
                read_runs(path)


@target
def ztocs(data: bytes) -> None:
    """Any bytes as the ztoc of a layer: it is of use or it is not, and contents come as long as they are, or not."""
    for made in ZTOC_LAYERS:
        with suppress(TableError):
            list(parse_ztoc(data, len(made.blob)).entries())
            _read_by_ztoc(made.blob, data)


def _read_by_ztoc(layer: bytes, data: bytes) -> None:
    with _folder() as folder:
        blob, ztoc, path = folder / "blob", folder / "ztoc", folder / "index"
        blob.write_bytes(layer)
        ztoc.write_bytes(data)
        table = TableOfContents(Source.ZTOC, Digest.of(data), len(data), blob=BlobLocation(ztoc))
        request = LayerRequest(BlobLocation(blob), Digest.of(layer), len(layer), compared=table)
        build_index(request, folder / "compared")
        build_index(replace(request, table=table, compared=None), path)
        with LayerIndex(path) as index, LayerReader(BlobLocation(blob), index) as reader:
            for _, entry in index.walk():
                if entry.kind is EntryKind.FILE and entry.size < _SMALL:
                    with suppress(OcituiError):
                        assert len(reader.read(entry)) == entry.size


_NAMES = [b"a", b"b", b"a/b", b"a/c", b"a/b/c", b".wh.a", b"a/.wh.b", b".wh..wh..opq", b"a/.wh..wh..opq", b"a/b/.wh.c"]


@target
def merged_trees(data: bytes) -> None:
    """Layers of a few names over each other are what entry by entry makes of them."""
    layers: list[list[Entry]] = [[]]
    for byte in data[:48]:
        if byte >= 0xF0 and len(layers) < 5:
            layers.append([])
            continue
        name = _NAMES[byte % len(_NAMES)]
        is_folder = bool(byte & 0x20) and b".wh." not in name
        layers[-1].append(Entry(name + b"/", kind=b"5", mode=0o755) if is_folder else Entry(name))
    with _folder() as folder:
        indexes = []
        for number, layer in enumerate(layers):
            tar = write_tar(layer)
            (folder / f"{number}.tar").write_bytes(tar)
            build_index(LayerRequest(BlobLocation(folder / f"{number}.tar"), Digest.of(tar)), folder / str(number))
            indexes.append(LayerIndex(folder / str(number)))
        try:
            tree = MergedTree(LayerStack(indexes))
            found = {row.path.decode(): row.layer for row in tree.walk()}
            assert found == {path: layer for path, (layer, _) in overlay(layers)[-1].items()}
        finally:
            for index in indexes:
                index.close()


@target
def json_lines(data: bytes) -> None:
    """What is JSON, and what is none, is so to the standard library as well."""
    try:
        json.loads(data.decode().removeprefix("\ufeff"), parse_int=str, parse_float=str)
        is_json = True
    except RecursionError:
        return
    except ValueError:
        is_json = False
    try:
        scan = scan_json(data)
    except JsonError:
        assert not is_json
        return
    assert is_json
    assert len(scan.starts) == len(scan.depths) == len(scan.partners)


@target
def shown(data: bytes) -> None:
    """Any bytes and any text are drawn as characters that do nothing but stand there."""
    for value in (data, data.decode("utf-8", "surrogateescape"), data[: len(data) & ~1].decode("utf-16", "ignore")):
        for line in [printable(value), quote(value)]:
            assert line.isprintable()
            line.encode()


@target
def files(data: bytes) -> None:
    """Any bytes as a file that is looked at."""
    kind = tell_kind(data[:8], data, len(data))
    assert kind.describe().isprintable()
    if kind.encoding is not None:
        data.decode(kind.encoding.codec, "replace")


@target
def packages(data: bytes) -> None:
    """Any bytes as each database of packages."""
    with suppress(OcituiError):
        list(read_rpm_database([data]))
    with suppress(struct.error, IndexError, ValueError):
        read_rpm_header(data)
    paths = (b"var/lib/dpkg/status", b"var/lib/dpkg/info/a.list", b"lib/apk/db/installed", b"var/lib/dpkg/status.d/a")
    with _folder() as folder:
        stack = stack_of(folder, [Entry(path, data) for path in paths])
        try:
            read_owners(MergedTree(stack), TarReader(folder))
        finally:
            close(stack)


@target
def statements(data: bytes) -> None:
    """Any bytes as a statement of an attestation, and whatever it says: of a large one the same."""
    with suppress(OcituiError):
        statement = read_statement(data, "blob")
        with patch.object(lean_document, "LARGE", 0):
            assert read_sbom(read_statement(data, "blob")) == read_sbom(statement)
        node = Node(NodeKind.BLOB, "", None)
        describe_attestation(Attestation(node, node, statement, statement.problems))


@target
def artifact_headers(data: bytes) -> None:
    """Any bytes as the header of a model, and as WebAssembly."""
    with _folder() as folder:
        (folder / "blob").write_bytes(data)
        for read in (read_gguf, read_safetensors, read_wasm, read_rafs):
            with suppress(OcituiError, StreamDamageError), Beginning(BlobLocation(folder / "blob")) as file:
                read(file)


@target
def described(data: bytes) -> None:
    """Any bytes as a file that says something of itself: what it says is facts, or a problem."""
    with suppress(OcituiError):
        for section in sections_of(describe_file(data[-8:], lambda at, size: data[at : at + size], len(data))):
            assert section.title.isprintable()
            assert all(fact.label.isprintable() for fact in section.facts)


@target
def filesystems(data: bytes) -> None:
    """Any bytes as the image of a filesystem, whose files are read at both ends."""
    with suppress(OcituiError):
        archive = NestedArchive(Held(data), b"a")
        for entry in archive.walk(archive.root.id):
            if entry.kind is EntryKind.FILE and entry.size:
                for offset in {0, max(0, entry.size - 100)}:
                    with suppress(OcituiError):
                        archive.read_stored(entry, offset, 100)


@target
def nested_archives(data: bytes) -> None:
    """Any bytes as an archive in a layer: whatever of it can be read is, the archives in it likewise."""
    with suppress(OcituiError):
        waiting = [NestedArchive(Held(data), b"a")]
        while waiting:
            archive = waiting.pop()
            for entry in archive.walk(archive.root.id):
                assert archive.at(archive.path_in(entry)) == entry
                if entry.kind is EntryKind.FILE and entry.size:
                    with suppress(OcituiError):
                        archive.read_stored(entry, 0, 100)
                        waiting.append(archive.open_inner(entry))


@target
def signatures(data: bytes) -> None:
    """Any bytes as a signature of each form, and whatever it says."""
    about = Node(NodeKind.IMAGE, "", Descriptor("", Digest.of(b""), 0, {}), raw=b"")
    text = data.decode("latin-1")
    said = {"dev.cosignproject.cosign/signature": "AAAA", "dev.sigstore.cosign/certificate": text}
    for found in (
        read_cosign(data, {**said, "dev.sigstore.cosign/bundle": text}, "blob", about, None),
        read_signed_statement(data, {}, "blob", about, None),
        read_bundle(data, "blob", about, None),
        read_notation(data, JWS, "blob", about, None),
        read_notation(data, COSE, "blob", about, None),
        read_file(data, "blob", about),
        read_file(b"\x00sigstore-json\n" + data, "blob", about),
    ):
        describe_signature(found)
    with suppress(OcituiError):
        read_certificate(data)


@target
def keyless(data: bytes) -> None:
    """Any bytes as the proof of a keyless signature: a bundle, and the promise of a log beside a payload."""
    about = Node(NodeKind.IMAGE, "", Descriptor("", Digest.of(b""), 0, {}), raw=b"")
    said = {**KEYLESS, "dev.sigstore.cosign/bundle": data.decode("latin-1")}
    for found in (read_bundle(data, "blob", about, None), read_cosign(b"{}", said, "blob", about, None)):
        if _identity_check().applies(found):
            assert _identity_check().refusal(found)


@lru_cache
def _identity_check() -> IdentityCheck:
    with _folder() as folder:
        (folder / "root.json").write_bytes(SIGSTORE.trusted_root())
        return IdentityCheck("a", "b", folder / "root.json")


@target
def openpgp(data: bytes) -> None:
    """Any bytes as a signed message, and as the keys that it is checked against."""
    found = read_file(data, "blob", Node(NodeKind.IMAGE, "", Descriptor("", Digest.of(b""), 0, {}), raw=b""))
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder, "keys")
        for raw in (bytes(SIGNER.keys), data):
            keys.write_bytes(raw)
            with suppress(OcituiError):
                check = OpenPgpCheck(keys)
                if found.claim is not None:
                    check.refusal(found)
