"""A docker archive: what ``docker save`` and ``podman save`` write, and many builders besides.

Its ``manifest.json`` lists images: the name of each one's config in the archive, its tags,
and the names of its layers, the lowest first. There is no manifest and no descriptor: the
layers are known by their diff IDs, which the config tells (image-spec, Image
Configuration: ``rootfs.diff_ids``). An index and manifests are made of that, so that such
an image is read like any other.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ocitui.display import printable, quote
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec import clause
from ocitui.spec.compression import Compression, by_magic
from ocitui.spec.config import Config
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_json, type_name
from ocitui.spec.fields import Fields
from ocitui.spec.media_type import DOCKER_LAYER, DOCKER_MANIFEST
from ocitui.spec.problem import Problem
from ocitui.transports.files import Files, RunOfBytes
from ocitui.transports.made import Entry, JsonObject, config_descriptor, descriptor, made_of, make_index, make_manifest
from ocitui.transports.transport import CONFIG_LIMIT, Top, read_blob

TABLE = "manifest.json"

_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_SUFFIXES = {Compression.GZIP: ".gzip", Compression.ZSTD: ".zstd"}
_MAGIC_LENGTH = 6

_LAYERS_LIMIT = 50_000
"""Layers of all images together."""

_MADE_LIMIT = 1 << 23
"""Bytes of all manifests that are made, one for each tag."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """One image as ``manifest.json`` has it."""

    config: str
    tags: tuple[str, ...]
    layers: tuple[str, ...]
    problems: tuple[str, ...]
    """Oddities of how it is written."""


class DockerArchive:
    """A docker archive."""

    top_name = TABLE

    def __init__(self, files: Files, workaround: tuple[Problem, ...] = ()) -> None:
        """
        Args:
            files: what holds it.
            workaround: why it is not read as a layout, where it should be one as well.

        Raises:
            UsageError: it is none.
        """
        self.place = files.place
        self._files = files
        self._workaround = workaround
        if TABLE not in files.tops:
            old = "; Docker before 1.10 wrote none" if "repositories" in files.tops else ""
            raise UsageError(f"{printable(self.place)}: not a docker archive: {TABLE} is missing{old}")
        self._problems: list[str] = list(files.problems)
        self._layers: dict[Digest, list[str]] = {}
        self._configs: dict[Digest, str] = {}
        self._read_configs: dict[str, tuple[JsonObject, tuple[Digest | None, ...]]] = {}
        self._names: dict[Digest, tuple[str, ...]] = {}
        self._top: Top | None = None
        self._broken: DocumentError | None = None
        try:
            self._top = self._make_top()
        except DocumentError as error:
            self._broken = error
        self.problems = tuple(self._problems)

    def read_top(self) -> Top:
        """``manifest.json`` and the index that is made of it, or raise `DocumentError`."""
        if self._top is None:
            raise self._broken or DocumentError(f"{TABLE}: cannot be read")
        return self._top

    def locate(self, digest: Digest) -> RunOfBytes:
        """Return the location of a config's or a layer's bytes.

        A compressed layer is named by its diff ID, and says so.
        """
        what = f"blob {digest}"
        if digest in self._configs:
            return self._files.find(self._configs[digest], what)
        missing: BlobError = BlobMissingError(f"{what}: missing")
        for name in self._layers.get(digest, ()):
            try:
                blob = self._files.find(name, what)
            except BlobError as error:
                missing = error
                continue
            is_compressed = _compression(blob) is not Compression.NONE
            return replace(blob, is_named_by_diff_id=is_compressed)
        raise missing

    def layer_names(self, config: Digest) -> tuple[str, ...]:
        """Return the archive's names for the layers of a config's image, the lowest first; none if it is unknown."""
        return self._names.get(config, ())

    def digests(self) -> Iterator[Digest]:
        """Every config and every layer that is here."""
        for digest in (*self._configs, *self._layers):
            try:
                self.locate(digest)
            except BlobError:
                continue
            yield digest

    def _make_top(self) -> Top:
        raw = self._files.read(TABLE)
        entries: list[Entry] = []
        odd: dict[str, None] = {}
        if raw.startswith(codecs.BOM_UTF8):  # which no document may have and Go refuses (RFC 8259, section 8.1)
            odd["expected a JSON list, found a byte-order mark before it"] = None
        layers = size = 0
        for number, listed in enumerate(_listed(raw)):
            layers += len(listed.layers)
            odd |= dict.fromkeys(listed.problems)
            manifest = self._make_manifest(listed, f"{TABLE}[{number}]") if layers <= _LAYERS_LIMIT else b""
            tags = listed.tags or ("",)
            size += len(manifest) * len(tags)
            if layers > _LAYERS_LIMIT or size > _MADE_LIMIT:
                most = f"{_LAYERS_LIMIT:,} layers in all, and {_MADE_LIMIT:,} bytes of manifests made of them"
                many = f"{TABLE}[{number}]: expected at most {most}, found more; the images from here on are not shown"
                self._problems.append(Problem(many, clause.LIMITS))
                break
            entries += [Entry(DOCKER_MANIFEST, manifest, tag, is_made=True) for tag in tags]
        self._problems += [Problem.told(each, clause.DOCKER_ARCHIVE, TABLE) for each in odd]
        return Top(raw, make_index(entries), self._workaround, made_of(entries))

    def _make_manifest(self, listed: _Listed, where: str) -> bytes:
        found = self._read_configs.get(listed.config)
        if found is None:
            found = self._read_configs[listed.config] = self._read_config(listed.config, where)
        config, diff_ids = found
        if config.get("digest") is not None:
            self._names.setdefault(Digest.parse(config["digest"]), listed.layers)
        layers: list[JsonObject] = []
        for number, name in enumerate(listed.layers):
            diff_id = diff_ids[number] if number < len(diff_ids) else None
            if diff_id is not None:
                self._layers.setdefault(diff_id, []).append(name)
            size, suffix = None, ""
            try:
                blob = self._files.find(name, f"{where}: layer {number + 1} {quote(name)}")
                size, suffix = blob.size, _SUFFIXES.get(_compression(blob), "")
            except BlobError as error:
                self._problems.append(Problem.of(error, clause.DOCKER_ARCHIVE))
            layers.append(descriptor(DOCKER_LAYER + suffix, diff_id, size))
        return make_manifest(config, layers)

    def _read_config(self, name: str, where: str) -> tuple[JsonObject, tuple[Digest | None, ...]]:
        """The pointer to a config, and the diff IDs in it; what is wrong becomes a problem."""
        named = _HEX.search(name)
        digest = Digest("sha256", named[0]) if named else None
        try:
            raw = read_blob(self._files.find(name, f"{where}: config {quote(name)}"), name, CONFIG_LIMIT)
        except BlobError as error:
            self._problems.append(Problem.of(error, clause.DOCKER_ARCHIVE))
            return config_descriptor(digest, None), ()
        digest = digest or Digest.of(raw)
        self._configs[digest] = name
        try:
            diff_ids = Config.parse(raw, name).diff_ids
        except DocumentError:  # said when it is read as a config
            diff_ids = ()
        return config_descriptor(digest, len(raw)), diff_ids


def _listed(raw: bytes) -> list[_Listed]:
    """The images of a ``manifest.json``, or raise `DocumentError`."""
    found = load_json(raw, TABLE)
    if not isinstance(found, list):
        raise DocumentError(f"{TABLE}: expected a list of images, found {type_name(found)}")
    listed: list[_Listed] = []
    for number, value in enumerate(found):
        where = f"{TABLE}[{number}]"
        if not isinstance(value, dict):
            raise DocumentError(f"{where}: expected an image, found {type_name(value)}")
        fields = Fields(value, "")
        config = fields.raw("Config")
        if not isinstance(config, str):
            raise DocumentError(f"{where}.Config: expected the name of a config, found {type_name(config)}")
        tags, layers = _names(fields, "RepoTags", where), _names(fields, "Layers", where)
        listed.append(_Listed(_inside(config), tags, tuple(map(_inside, layers)), tuple(fields.problems)))
    return listed


def _names(fields: Fields, field: str, where: str) -> tuple[str, ...]:
    names = fields.raw(field)
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DocumentError(f"{where}.{field}: expected a list of names, found {type_name(names)}")
    return tuple(names)


def _inside(name: str) -> str:
    return name.removeprefix("./")


def _compression(blob: RunOfBytes) -> Compression:
    """Return the compression of a layer, told by its first bytes."""
    try:
        return by_magic(blob.start(_MAGIC_LENGTH))
    except OSError:
        return Compression.NONE
