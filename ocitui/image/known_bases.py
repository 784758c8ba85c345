"""The base images that an image is known, or said, to be built on; nothing is contacted for it.

Its own annotations and its provenance name one. The layers that it has in common with images
that were opened before tell one whether anything names it or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile

from ocitui.display import current_moment
from ocitui.errors import UsageError
from ocitui.image.documents.dockerfile import ANNOTATION_BASE_DIGEST, ANNOTATION_BASE_NAME
from ocitui.image.image import Image
from ocitui.image.layer_numbers import layers_text
from ocitui.image.node import Node, NodeKind
from ocitui.image.remembered import layer_identity
from ocitui.image.selection import select_image
from ocitui.transports.recent import shown_reference
from ocitui.transports.seen import SeenImage, seen_images
from ocitui.transports.transport import ListsReferrers, Transport

_MOST = 20
"""Bases that are told of."""


class Evidence(Enum):
    """The thing that a base image is known from. The value is the word."""

    LAYERS = "layers"
    """An image that was opened before has these layers, and no others."""
    ANNOTATION = "annotation"
    PROVENANCE = "provenance"
    SHARED = "shared layers"
    """An image that was opened before begins with these layers, and has others above them."""


_SAID = {
    Evidence.ANNOTATION: "its annotation says",
    Evidence.PROVENANCE: "its provenance says, whose signature is not checked",
}


@dataclass(frozen=True, slots=True)
class KnownBase:
    """An image that another one is built on."""

    evidence: tuple[Evidence, ...]
    name: str = ""
    """Unsafe, as it was found; may be empty."""
    digest: str = ""
    """The digest by which it is named; empty where nothing names one."""
    layers: int = 0
    """The number of the image's lowest layers that it is; 0 where that is not known."""
    seen: SeenImage | None = None
    """The image that was opened before, and has these layers."""

    @property
    def is_whole(self) -> bool:
        """True if it is known which layers are all of it."""
        return bool(self.layers) and Evidence.SHARED not in self.evidence


def find_bases(image: Image, top: Node, transport: Transport | None = None) -> list[KnownBase]:
    """Return the bases of an image, the one with the most layers first; those whose layers are not known last.

    Args:
        image: the image.
        top: the top of the place's tree of documents.
        transport: reads provenance; None to leave that alone.
    """
    if image.is_artifact:
        return []
    seen = seen_images()
    named = [*_annotated(image), *(_in_provenance(image, transport) if transport is not None else ())]
    placed = [_place(each, image, top, seen) for each in named]
    found: dict[tuple[int, str], KnownBase] = {}
    for each in [*placed, *_of_layers(image, seen)]:
        key = (each.layers, "" if each.layers else each.digest or each.name)
        known = found.get(key)
        found[key] = each if known is None else _joined(known, each)
    ordered = sorted(found.values(), key=lambda each: (-each.layers, not each.is_whole))
    return ordered[:_MOST]


def nearest_base(image: Image, top: Node, transport: Transport) -> KnownBase:
    """Return the base whose layers are known, and that has the most of them.

    Raises:
        UsageError: there is none; the message says what there is instead.
    """
    bases = find_bases(image, top, transport)
    for each in bases:
        if each.is_whole:
            return each
    said = "; its base is named, and was not opened yet" if any(not each.layers for each in bases) else ""
    hint = "open the base image once, or name it"
    raise UsageError(f"--base auto: no base image is known that this one is built on{said}: {hint}")


def base_text(base: KnownBase) -> str:
    """Return a base and what that rests on: ``layers 1–3 are debian:bookworm-slim, seen on 12 May in x.tar``.

    It is as raw as what it was found in.
    """
    numbers = list(range(1, base.layers + 1))
    name, seen = base.name or base.digest or "an image", ""
    if base.seen is not None:
        name, place = base.name or base.seen.name or name, shown_reference(base.seen.reference)
        name, place = _joined_tag(name, place) if name == base.seen.name else (name, f" in {place}")
        seen = f", seen on {_day_text(base.seen)}{place}"
    said = [_SAID[kind] for kind in base.evidence if kind in _SAID]
    rests = f", as {' and '.join(said)}" if said else ""
    if not numbers:
        digest = f" ({base.digest})" if base.digest and base.name else ""
        return f"{name}{digest}{rests}; which layers belong to it is unknown"
    verb = "is" if len(numbers) == 1 else "are"
    what = f"also the first of {name}" if Evidence.SHARED in base.evidence else name
    return f"{layers_text(numbers)} {verb} {what}{rests}{seen}"


def _joined_tag(name: str, reference: str) -> tuple[str, str]:
    """A tag alone says little: `base:latest`, not `latest` in base."""
    if any(sign in name for sign in ":/@") or "@" in reference:
        return name, f" in {reference}"
    return reference if reference.endswith(f":{name}") else f"{reference}:{name}", ""


def _day_text(seen: SeenImage) -> str:
    moment = seen.moment
    if moment is None:
        return "an unknown day"
    year = f" {moment:%Y}" if moment.year != current_moment().year else ""
    return f"{moment.day} {moment:%B}{year}"


def _annotated(image: Image) -> Iterator[KnownBase]:
    for node in image.node.above():
        document = node.document
        annotations = getattr(document, "annotations", {}) if node.is_entry else {}
        name, digest = annotations.get(ANNOTATION_BASE_NAME, ""), annotations.get(ANNOTATION_BASE_DIGEST, "")
        if name or digest:
            yield KnownBase((Evidence.ANNOTATION,), name, digest)
            return


def _in_provenance(image: Image, transport: Transport) -> Iterator[KnownBase]:
    """The images among the materials; of a registry nothing is read for that."""
    if isinstance(transport, ListsReferrers):
        return
    from ocitui.image.attestations.find import digests_meant, is_statement, read_attestation
    from ocitui.image.attestations.provenance import may_be_provenance, read_provenance

    for about in (node for node in image.node.above() if node.is_entry):
        meant = digests_meant(image.node)
        for node in (blob for manifest in about.children for blob in manifest.children if is_statement(blob)):
            if not may_be_provenance(node) or node.is_missing:
                continue
            statement = read_attestation(node, about, transport).statement
            if statement is None or not (about is image.node or any(s.is_one_of(meant) for s in statement.subjects)):
                continue
            provenance = read_provenance(statement)
            for material in provenance[0].bases if provenance is not None else ():
                name = material.image.partition("  ")[0]
                yield KnownBase((Evidence.PROVENANCE,), name, str(material.digest or ""))


def _place(base: KnownBase, image: Image, top: Node, seen: Sequence[SeenImage]) -> KnownBase:
    """Tell which layers a base is that is named: it is in the same place, or was opened before."""
    if not base.digest:
        return base
    own = tuple(map(layer_identity, image.layers))
    for each in seen:
        if base.digest in each.digests and each.layers == own[: len(each.layers)]:
            return replace(base, layers=len(each.layers), seen=each)
    for node in top.walk():
        if str(node.digest) != base.digest or node.kind not in (NodeKind.IMAGE, NodeKind.INDEX):
            continue
        try:
            layers = tuple(map(layer_identity, select_image(node, image.platform).layers))
        except UsageError:
            continue
        if layers and layers == own[: len(layers)]:
            return replace(base, layers=len(layers))
    return base


def _of_layers(image: Image, seen: Sequence[SeenImage]) -> Iterator[KnownBase]:
    own = tuple(map(layer_identity, image.layers))
    digest = str(image.node.digest)
    shared: KnownBase | None = None
    longest = 0
    for each in seen:
        count = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, each.layers, strict=False)))
        if not count or count == len(own) or digest in each.digests:
            continue
        if count == len(each.layers):
            longest = max(longest, count)
            yield KnownBase((Evidence.LAYERS,), each.name, "", count, each)
        elif shared is None or count > shared.layers:
            shared = KnownBase((Evidence.SHARED,), each.name, "", count, each)
    if shared is not None and shared.layers > longest:
        yield shared


def _joined(one: KnownBase, other: KnownBase) -> KnownBase:
    """Return two findings about the same layers as one, in the words of the better one."""
    whole = [each for each in (one, other) if each.is_whole] or [one]
    evidence = dict.fromkeys(kind for each in (whole if one.layers else (one, other)) for kind in each.evidence)
    first = whole[0]
    return KnownBase(
        tuple(evidence),
        first.name or other.name,
        first.digest or other.digest,
        first.layers,
        first.seen or whole[-1].seen,
    )
