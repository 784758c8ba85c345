"""The packages that an SBOM lists.

Implements SPDX 2.2 and 2.3 in JSON, and CycloneDX 1.2 to 1.6 in JSON; and where Syft and
Trivy say in them which layer and file a package was found in.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ocitui.image.attestations.sbom_items import Component, SpdxFile, SpdxPackage, SpdxRelationship
from ocitui.image.attestations.statement import CYCLONE_DX, SPDX, Statement
from ocitui.image.image import Image
from ocitui.image.squash.collector import without_collector
from ocitui.spec.digest import Digest
from ocitui.spec.fields import Fields
from ocitui.spec.lean_document import items_of

_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_LAYER = re.compile(r"\blayerID: (sha256:[0-9a-f]{64})")
_WHOLES = frozenset({"CONTAINER", "FILE", "OPERATING-SYSTEM"})
"""Purposes of a package that stands for all that an SBOM is about."""
_OTHERS = frozenset({"file", "container", "operating-system", "cryptographic-asset"})
"""Types of components that are no packages."""
_NOTHING = frozenset({"", "NOASSERTION", "NONE"})


class ListedPackage(NamedTuple):
    """A package as an SBOM has it: a tuple, since there may be 100,000."""

    name: str
    version: str
    license: str
    """An expression of SPDX, or names, as they stand; empty where none is said."""
    purl: str
    """Its package URL; empty where none is said."""
    diff_id: Digest | None = None
    """The layer it was found in, where that is said."""
    path: str = ""
    """A file it was found in, where that is said."""


@dataclass(frozen=True, slots=True)
class Sbom:
    """A software bill of materials."""

    format: str
    """With its version: ``SPDX-2.3``, ``CycloneDX 1.5``."""
    tools: tuple[str, ...]
    """The programs that made it."""
    created: str
    packages: tuple[ListedPackage, ...]


def read_sbom(statement: Statement) -> Sbom | None:
    """Read the packages; None for a statement that says something else. What is wrong in one is left out of it."""
    reading: Callable[[Fields], Sbom] | None = {SPDX: _read_spdx, CYCLONE_DX: _read_cyclone_dx}.get(
        statement.predicate_type.partition("/v")[0]
    )
    if reading is None:
        return None
    with without_collector():
        return reading(Fields(statement.predicate, "predicate"))


def numbers_by_diff_id(image: Image) -> dict[Digest | None, int]:
    """The numbers of an image's layers by the diff IDs that an SBOM names; of layers that are alike the lowest."""
    return {layer.diff_id: layer.number for layer in reversed(image.layers) if layer.diff_id is not None}


def _read_spdx(fields: Fields) -> Sbom:
    creation = fields.child("creationInfo")
    tools = tuple(text.removeprefix("Tool: ") for text in creation.texts("creators") or () if text.startswith("Tool: "))
    described, found_in = _spdx_relationships(fields)
    packages = []
    each: SpdxPackage
    for each in items_of(fields.raw("packages"), SpdxPackage):
        identifier = each.get("SPDXID") or ""
        if identifier in described and each.get("primaryPackagePurpose") in _WHOLES:
            continue  # the image itself
        references = each.get("externalRefs") or ()
        purl = next((ref.get("referenceLocator") for ref in references if ref.get("referenceType") == "purl"), "")
        terms = each.get("licenseDeclared") or ""
        terms = terms if terms not in _NOTHING else each.get("licenseConcluded") or ""
        terms = terms if terms not in _NOTHING else ""
        diff_id, path = found_in.get(identifier, (None, ""))
        name, version = each.get("name") or "", each.get("versionInfo") or ""
        packages.append(ListedPackage(name, version, terms, purl or "", diff_id, path))
    return Sbom(fields.text("spdxVersion") or "SPDX", tools, creation.text("created"), tuple(packages))


def _spdx_relationships(fields: Fields) -> tuple[set[str], dict[str, tuple[Digest | None, str]]]:
    """The elements that the document is about; by packages, the layer and path of the file each was found in."""
    files = {}
    layers: dict[str, Digest | None] = {}  # by comments, which are few
    file: SpdxFile
    for file in items_of(fields.raw("files"), SpdxFile):
        comment = file.get("comment") or ""
        if comment not in layers:
            said = _LAYER.search(comment)
            layers[comment] = Digest.parse(said[1]) if said else None
        files[file.get("SPDXID") or ""] = (layers[comment], "/" + (file.get("fileName") or "").lstrip("./"))
    described = set(fields.texts("documentDescribes") or ())
    found: dict[str, tuple[Digest | None, str]] = {}
    each: SpdxRelationship
    for each in items_of(fields.raw("relationships"), SpdxRelationship):
        kind, other = each.get("relationshipType"), each.get("relatedSpdxElement") or ""
        if kind == "DESCRIBES":
            described.add(other)
        elif other in files and kind in ("OTHER", "CONTAINS"):
            found.setdefault(each.get("spdxElementId") or "", files[other])
    return described, found


def _read_cyclone_dx(fields: Fields) -> Sbom:
    metadata = fields.child("metadata")
    version = fields.text("specVersion")
    tools = tuple(dict.fromkeys(_tools(metadata)))
    layers: dict[str, Digest | None] = {}
    packages = tuple(_component(each, layers) for each in _nested(fields) if each.get("type") not in _OTHERS)
    return Sbom(f"CycloneDX {version}".rstrip(), tools, metadata.text("timestamp"), packages)


def _component(each: Component, layers: dict[str, Digest | None]) -> ListedPackage:
    """Read one component; ``layers`` are the digests of layers that were read before, by their texts."""
    properties = {item.get("name"): item.get("value") for item in each.get("properties") or ()}
    layer = properties.get("syft:location:0:layerID") or properties.get("aquasecurity:trivy:LayerDiffID") or ""
    path = properties.get("syft:location:0:path") or properties.get("aquasecurity:trivy:FilePath") or ""
    if layer not in layers:
        layers[layer] = Digest.parse(layer) if _SHA256.fullmatch(layer) else None
    terms = []
    for item in each.get("licenses") or ():
        held = item.get("license") or {}
        terms.append(item.get("expression") or held.get("id") or held.get("name") or "")
    group, name = each.get("group"), each.get("name") or ""
    return ListedPackage(
        f"{group}/{name}" if group else name,
        each.get("version") or "",
        " AND ".join(filter(None, terms)),
        each.get("purl") or "",
        layers[layer],
        f"/{path.lstrip('/')}" if path else "",
    )


def _nested(fields: Fields) -> Iterator[Component]:
    """Every component, each before those inside of it; documents nest no deeper than `ocitui.spec.document` allows."""
    stack: list[Iterator[Component]] = [items_of(fields.raw("components"), Component)]
    while stack:
        each = next(stack[-1], None)
        if each is None:
            stack.pop()
            continue
        yield each
        if inner := each.get("components"):
            stack.append(iter(inner))


def _tools(metadata: Fields) -> Iterator[str]:
    held = metadata.raw("tools")
    tools = held if isinstance(held, list) else metadata.child("tools").raw("components")
    each: Component
    for each in items_of(tools, Component):
        yield f"{each.get('name') or ''} {each.get('version') or ''}".strip()
