"""The main documents of images that are more than images: a Flatpak's metadata, a bottle's receipt, a bootstrap.

All but a bootstrap stand in labels and annotations, so that no layer is read for them; a bottle's receipt
is looked for in its layer where no annotation has it. They are what
flatpak/flatpak-oci-specs, Homebrew, ostreedev/ostree-rs-ext, containers/bootc and dragonflyoss/nydus write.
"""

import configparser
import tarfile
from collections.abc import Iterator, Mapping

from ocitui.display import count_noun, format_exact_size, format_time, printable
from ocitui.errors import DocumentError, OcituiError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.image.artifacts.bottle import describe_bottle, size_words
from ocitui.image.artifacts.rafs import Rafs, read_rafs
from ocitui.image.artifacts.tar_start import enter_first_file
from ocitui.image.documents.flavours import is_bottle, said_of
from ocitui.image.documents.summary import Fact, Section
from ocitui.image.image import Image, Layer
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.transports.transport import Transport

_TEXT = 1 << 20
"""Characters of a document in a label or an annotation."""
_VALUE, _LABEL, _TITLE = 4000, 12, 60
_GROUPS, _LISTED, _SECONDS = 100, 20, 11
_BOOTSTRAP = "containerd.io/snapshot/nydus-bootstrap"
_BOOTSTRAPS = 20
"""Bootstraps that are read: an image has one."""
_NYDUS = "containerd.io/snapshot/nydus-"
_COMPONENTS = "ostree.components"
_FLATPAK = {
    "org.flatpak.subject": "subject",
    "org.flatpak.body": "body",
    "org.flatpak.commit": "commit",
    "org.flatpak.parent-commit": "parent",
}
_FLATPAK_SIZES = {"org.flatpak.installed-size": "installed", "org.flatpak.download-size": "download"}
_SYSTEM = {
    "ostree.linux": "kernel",
    "org.opencontainers.image.version": "version",
    "version": "version",
    "ostree.commit": "commit",
    "ostree.final-diffid": "last diff ID",
    "rpmostree.inputhash": "input hash",
    "containers.bootc": "bootc",
    "ostree.bootable": "bootable",
}


def describe_flavours(image: Image, transport: Transport, most: int | None = None) -> Iterator[Section]:
    """Yield the main documents of an image that is a Flatpak, a bottle, a bootable system, or of Nydus.

    Args:
        image: the image.
        transport: where its blobs are.
        most: how many values of one kind are said; of more it is said how many there are.
    """
    said = said_of(image)
    if "org.flatpak.ref" in said:
        yield from _flatpak(said)
    if is_bottle(said):
        yield describe_bottle(image, transport, most)
    if said.keys() & {"ostree.commit", "ostree.bootable", "containers.bootc"}:
        labels = {label: said[name] for name, label in reversed(_SYSTEM.items()) if name in said}
        ordered = dict.fromkeys(label for label in _SYSTEM.values() if label in labels)
        yield Section("bootable system", tuple(Fact(label, labels[label][:_VALUE]) for label in ordered))
    if chunks := list(_chunks(image, most)):
        yield Section("components, by layer", tuple(chunks))
    bootstraps = [layer for layer in image.layers if _BOOTSTRAP in layer.descriptor.annotations]
    yield from (_bootstrap(layer, transport) for layer in bootstraps[:_BOOTSTRAPS])
    if len(bootstraps) > _BOOTSTRAPS:
        words = f"{count_noun(len(bootstraps) - _BOOTSTRAPS, 'more bootstrap')}: the first {_BOOTSTRAPS} are"
        yield Section("more Nydus bootstraps", (Fact("not read", words),))


# Flatpak.


def _flatpak(said: Mapping[str, str]) -> Iterator[Section]:
    ref = said["org.flatpak.ref"][:_VALUE]
    parts = ref.split("/")
    facts = [Fact("ref", ref)]
    if len(parts) == 4:
        facts = [Fact(label, value) for label, value in zip(("kind", "id", "machine", "branch"), parts, strict=True)]
    facts += [Fact(label, said[name][:_VALUE]) for name, label in _FLATPAK.items() if name in said]
    if (seconds := said.get("org.flatpak.timestamp", "")).isdecimal() and len(seconds) <= _SECONDS:
        facts.append(Fact("made", f"{format_time(int(seconds))} UTC"))
    facts += [Fact(label, size_words(said[name])) for name, label in _FLATPAK_SIZES.items() if name in said]
    yield Section("Flatpak", tuple(facts))
    if "org.flatpak.metadata" in said:
        yield from _keyfile(said["org.flatpak.metadata"])


def _keyfile(text: str) -> Iterator[Section]:
    """Yield the groups of a keyfile, as flatpak-metadata(5) has them: runtime, SDK, permissions."""
    reader = configparser.ConfigParser(
        interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",), default_section="\0"
    )
    reader.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        if len(text) > _TEXT:
            raise DocumentError(f"expected at most {_TEXT:,} characters, found {len(text):,}")
        reader.read_string(text)
    except (configparser.Error, DocumentError) as error:
        words = str(error).splitlines()[0]
        yield Section("Flatpak metadata", (Fact("problem", f"metadata: {words}", is_problem=True),))
        return
    groups = [group for group in reader.sections() if any(value is not None for _, value in reader.items(group))]
    for group in groups[:_GROUPS]:
        facts = (_named(name, value) for name, value in reader.items(group) if value is not None)
        yield Section(printable(f"[{group}]"[:_TITLE]), tuple(facts))
    if len(groups) > _GROUPS:
        words = f"{count_noun(len(groups) - _GROUPS, 'more group')}: the first {_GROUPS} are"
        yield Section("more Flatpak metadata", (Fact("not shown", words),))


def _named(name: str, value: str) -> Fact:
    """A value with its name before it; with both together where the name is too long for a label."""
    if len(name) <= _LABEL:
        return Fact(printable(name), value[:_VALUE])
    return Fact("", f"{name}={value}"[:_VALUE])


# ostree, Nydus.


def _chunks(image: Image, most: int | None) -> Iterator[Fact]:
    """The packages that each layer of a chunked system is for."""
    for layer in image.layers[:most]:
        names = layer.descriptor.annotations.get(_COMPONENTS, "")[:_TEXT].split(",")
        names = [name.strip() for name in names if name.strip()]
        if names:
            more = f", … and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
            count = f"{count_noun(len(names), 'component')}: " if len(names) > 1 else ""
            yield Fact(f"layer {layer.number}", f"{count}{', '.join(names[:_LISTED])}{more}"[:_VALUE])


def _bootstrap(layer: Layer, transport: Transport) -> Section:
    """The superblock in a bootstrap, and what its annotations say; a few kilobytes of it are read."""
    title = f"Nydus bootstrap, layer {layer.number}"
    facts = []
    for name, value in layer.descriptor.annotations.items():
        if name.startswith(_NYDUS) and name != _BOOTSTRAP:
            facts.append(_named(name.removeprefix(_NYDUS), value))
    if layer.blob is None or layer.image_node is None:
        return Section(title, tuple(facts))
    try:
        with Beginning(layer.locate(transport)) as file:
            enter_first_file(file)
            facts = [*_rafs_facts(read_rafs(file)), *facts]
    except (OcituiError, StreamDamageError, tarfile.TarError, EOFError, OSError, ValueError) as error:
        facts.append(Fact("problem", f"bootstrap: {error}", is_problem=True))
    return Section(title, tuple(facts))


def _rafs_facts(found: Rafs) -> Iterator[Fact]:
    yield Fact("RAFS", f"version {found.version}{', over plain tars' if found.is_tar else ''}")
    yield Fact("inodes", f"{found.inodes:,}")
    yield Fact("blobs", f"{found.blobs:,}")
    yield Fact("blocks of", format_exact_size(found.block_size))
    if found.chunk_size:
        yield Fact("chunks of", format_exact_size(found.chunk_size))
    if found.compression:
        yield Fact("compression", found.compression)
    if found.digests:
        yield Fact("digests", found.digests)
    yield Fact("attributes", "yes" if found.has_attributes else "none")
