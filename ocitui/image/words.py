"""The words for entries, layers, history and nodes: the same on the screen and in text, all safe to draw."""

import re
import stat
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from ocitui.display import format_mode, format_time, printable
from ocitui.image.layer_numbers import LAYER_NOUN, layers_text
from ocitui.image.node import Node, NodeKind
from ocitui.layers.basis import Basis
from ocitui.layers.entry import LAST_TIME, EntryKind
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import short_media_type

_TYPE_BITS = {
    EntryKind.FILE: stat.S_IFREG,
    EntryKind.HARDLINK: stat.S_IFREG,
    EntryKind.DIRECTORY: stat.S_IFDIR,
    EntryKind.SYMLINK: stat.S_IFLNK,
    EntryKind.CHARACTER_DEVICE: stat.S_IFCHR,
    EntryKind.BLOCK_DEVICE: stat.S_IFBLK,
    EntryKind.FIFO: stat.S_IFIFO,
    EntryKind.WHITEOUT: stat.S_IFREG,
    EntryKind.OPAQUE: stat.S_IFREG,
}
_BILLION = 1_000_000_000

TOTALS = (
    ("stored", "the layers as they are stored: bytes of their blobs, mostly compressed"),
    ("tar", "a layer decompressed: bytes of its tar, headers included"),
    ("unpacked", "contents of the files of all layers, deleted and replaced ones included"),
    ("final", "contents of the files in the final filesystem"),
)
"""The words for how much there is, each with its meaning."""
UNKNOWN = "unknown"
"""Said where layers that are missing could change an answer."""


class Described(Protocol):
    """An object with a mode, an owner and a time: an entry of a layer, or a row that shows one."""

    @property
    def kind(self) -> EntryKind:
        """The type of entry."""

    @property
    def mode(self) -> int:
        """Permission bits, without those of the type."""

    @property
    def uid(self) -> int:
        """The user that owns it."""

    @property
    def gid(self) -> int:
        """The group that owns it."""

    @property
    def mtime_ns(self) -> int:
        """The time of modification, nanoseconds since the epoch."""

    @property
    def is_described(self) -> bool:
        """False if nothing says them: see `ocitui.layers.entry.Entry.is_described`."""


def mode_text(entry: Described) -> str:
    """Return type and permissions as ``ls -l`` writes them; ``?`` for what no entry describes."""
    text = format_mode(_TYPE_BITS.get(entry.kind, 0) | entry.mode)
    return text if entry.is_described else f"{text[0]}{'?' * (len(text) - 1)}"


def owner_text(entry: Described) -> str:
    """Return user and group as numbers: ``0:0``."""
    return f"{_number(entry.uid)}:{_number(entry.gid)}" if entry.is_described else "?:?"


def _number(owner: int) -> str:
    return "?" if owner == -1 else str(owner)  # nobody, as an archive that says no owner has it


def time_text(entry: Described) -> str:
    """Return the time of modification to the second, in UTC, where a column or a manual says so.

    A time beyond those that an index holds is ``before 1677-09-21`` or ``after 2262-04-11``.
    """
    if not entry.is_described:
        return "?"
    text = format_time(entry.mtime_ns // _BILLION)
    if abs(entry.mtime_ns) != LAST_TIME:
        return text
    return f"{'after' if entry.mtime_ns > 0 else 'before'} {text[:10]}"


def utc_text(entry: Described) -> str:
    """Return the time of modification to the second, with its time zone."""
    return f"{time_text(entry)} UTC" if entry.is_described else "?"


def path_text(path: bytes) -> str:
    """Return a path from the root with the slash before it."""
    return f"/{printable(path)}"


_LONG_DIGEST = re.compile(r"\b(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})(?![0-9a-f])")


def gap_words(numbers: Collection[int], unopened: Mapping[int, str]) -> str:
    """Return why layers cannot be trusted to say all: ``missing or damaged``, ``encrypted``.

    Args:
        numbers: of the layers, at least one.
        unopened: what each layer is, by its number, that is never opened, whole as it may be.
    """
    found = [unopened[number] for number in sorted(set(numbers)) if number in unopened]
    words = [*(["missing", "damaged"] if len(found) < len(set(numbers)) else []), *dict.fromkeys(found)]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def gap_text(numbers: Sequence[int], count: int, what: str, noun: str = LAYER_NOUN) -> str:
    """Return which layers nothing is known of: ``layers 2–3 of 6 are missing or damaged``.

    Args:
        numbers: at least one, ascending.
        count: how many layers there are.
        what: what they are.
        noun: the word for one of them.
    """
    is_all = len(numbers) == count > 1
    which = f"{len(numbers)} of {count} {noun}s" if is_all else f"{layers_text(numbers, noun)} of {count}"
    return f"{which} {'is' if len(numbers) == 1 else 'are'} {what}"


def tables_text(bases: Mapping[int, Basis]) -> str:
    """Return which layers are listed from tables of contents, and of which formats; empty where all were read.

    Args:
        bases: what the indexes of layers rest on, by their numbers.
    """
    numbers = sorted(number for number, basis in bases.items() if not basis.is_scan)
    if not numbers:
        return ""
    formats = dict.fromkeys(bases[number].format for number in numbers)
    listed = "is listed from its table" if len(numbers) == 1 else "are listed from their tables"
    return f"{layers_text(numbers)} {listed} of contents ({', '.join(formats)}), contents not checked"


def with_short_digest(message: str, descriptor: Descriptor) -> str:
    """Return a message about a blob with digests in their short form, which leaves room for what is wrong."""
    short = message.replace(str(descriptor.digest), descriptor.short) if descriptor.digest else message
    return short_digests(short)


def short_digests(message: str) -> str:
    """Return a message with every SHA-2 digest in it in its short form."""
    return _LONG_DIGEST.sub(lambda found: Digest.parse(found[0]).short, message)


def node_label(node: Node) -> str:
    """Return what a node of the tree of documents is, beside a column for its digest: ``image  linux/amd64``."""
    tag = printable(node.descriptor.tag) if node.descriptor is not None else ""
    match node.kind:
        case NodeKind.INDEX:
            words = [tag, "index" if node.parent is not None else node.name]
        case NodeKind.IMAGE:
            words = [tag, "image", _platform_text(node)]
        case NodeKind.ARTIFACT:
            kind = node.document.kind_name if isinstance(node.document, Manifest) else ""
            name = printable(node.name) if node.name and node.name != tag else ""
            known = _known_name(node)
            words = [tag, name or known or "artifact", "" if known and not name else printable(short_media_type(kind))]
        case NodeKind.BLOB:
            media_type = node.descriptor.media_type if node.descriptor is not None else ""
            words = [printable(node.name) or printable(short_media_type(media_type)) or "blob"]
        case NodeKind.LAYER:
            words = [f"layer {node.number or ''}".strip(), _title(node)]
        case _:
            words = [tag, node.kind.value]
    return "  ".join(filter(None, words))


def short_node_label(node: Node) -> str:
    """Return what a node is where there is little room and no column for its digest: ``linux/amd64  4f53cda18c2b``."""
    name = printable(node.descriptor.name) if node.descriptor is not None else ""
    short = node.descriptor.short if node.descriptor is not None else ""
    match node.kind:
        case NodeKind.INDEX:
            words = [name, "index" if node.parent is not None else node.name, short]
        case NodeKind.IMAGE:
            platform = _platform_text(node)
            words = [name, platform or "image", "" if name and platform else short]
        case NodeKind.LAYER:
            words = [str(node.number or "·"), _title(node) or short]
        case NodeKind.CONFIG | NodeKind.ATTESTATION:
            words = [node.kind.value, short]
        case _:
            words = [node_label(node).removeprefix("https://")]
    return "  ".join(filter(None, words))


def artifact_text(node: Node) -> str:
    """Return what a manifest is that is no image's: ``an artifact (Helm chart, application/vnd.cncf.helm.…)``."""
    kind = node.document.kind_name if isinstance(node.document, Manifest) else ""
    words = ", ".join(filter(None, (_known_name(node), printable(kind[:120]))))
    return f"an artifact ({words})" if words else "an artifact of no type"


def _known_name(node: Node) -> str:
    """Return what an artifact is, where its type is known by name."""
    known = node.document.artifact if isinstance(node.document, Manifest) else None
    return known.name if known is not None else ""


def no_layers_text(node: Node) -> str:
    """Return that an image, or an artifact, has no layers."""
    return f"this {'artifact' if node.kind is NodeKind.ARTIFACT else 'image'} has no layers"


def not_layered_text(node: Node) -> str:
    """Return why an artifact has no waste: ``an artifact (…): its blobs are not layered, so none is waste``."""
    known = _known_name(node)
    what = f"an artifact ({known})" if known else artifact_text(node)
    return f"{what}: its blobs are not layered, so none is waste"


def _title(node: Node) -> str:
    """Return the title of a blob of an artifact."""
    is_of_artifact = node.parent is not None and node.parent.kind is NodeKind.ARTIFACT
    return printable(node.descriptor.title) if is_of_artifact and node.descriptor is not None else ""


def _platform_text(node: Node) -> str:
    return printable(str(node.platform)) if node.platform is not None and not node.platform.is_unknown else ""
