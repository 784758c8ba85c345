"""The packages that an SBOM lists.

Implements SPDX 2.2 and 2.3 in JSON, and CycloneDX 1.2 to 1.6 in JSON; and where Syft and
Trivy say in them which layer and file a package was found in.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ocitui.image.attestations.statement import CYCLONE_DX, SPDX, Statement
from ocitui.image.image import Image
from ocitui.image.squash.collector import without_collector
from ocitui.spec.digest import Digest
from ocitui.spec.fields import Fields

_LAYER = re.compile(r"\blayerID: (sha256:[0-9a-f]{64})")
_Object = Mapping[str, object]
"""An item of an SBOM: there may be 100,000, too many for `Fields`; what is wrong in one is left out."""
_WHOLES = frozenset({"CONTAINER", "FILE", "OPERATING-SYSTEM"})
"""Purposes of a package that stands for all that an SBOM is about."""
_NOTHING = frozenset({"", "NOASSERTION", "NONE"})


@dataclass(frozen=True, slots=True)
class ListedPackage:
    """A package as an SBOM has it."""

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
    found_in = _spdx_places(fields)
    described = {text for text in fields.texts("documentDescribes") or ()}
    described |= {
        _text(each, "relatedSpdxElement")
        for each in _each(fields, "relationships")
        if each.get("relationshipType") == "DESCRIBES"
    }
    packages = []
    for each in _each(fields, "packages"):
        identifier = _text(each, "SPDXID")
        if identifier in described and _text(each, "primaryPackagePurpose") in {
            "CONTAINER",
            "FILE",
            "OPERATING-SYSTEM",
        }:
            continue  # the image itself
        references = (ref for ref in _objects(each, "externalRefs") if ref.get("referenceType") == "purl")
        purl = next((_text(ref, "referenceLocator") for ref in references), "")
        terms = _text(each, "licenseDeclared")
        terms = terms if terms not in _NOTHING else _text(each, "licenseConcluded")
        terms = terms if terms not in _NOTHING else ""
        diff_id, path = found_in.get(identifier, (None, ""))
        packages.append(ListedPackage(_text(each, "name"), _text(each, "versionInfo"), terms, purl, diff_id, path))
    return Sbom(fields.text("spdxVersion") or "SPDX", tools, creation.text("created"), tuple(packages))


def _spdx_places(fields: Fields) -> dict[str, tuple[Digest | None, str]]:
    """The layer and the path of the file that each package is said to have been found in, by its identifier."""
    files = {}
    layers: dict[str, Digest | None] = {}  # by comments, which are few
    for each in _each(fields, "files"):
        comment = _text(each, "comment")
        if comment not in layers:
            said = _LAYER.search(comment)
            layers[comment] = Digest.parse(said[1]) if said else None
        files[_text(each, "SPDXID")] = (layers[comment], "/" + _text(each, "fileName").lstrip("./"))
    found: dict[str, tuple[Digest | None, str]] = {}
    for each in _each(fields, "relationships"):
        file = files.get(_text(each, "relatedSpdxElement"))
        if file is not None and each.get("relationshipType") in ("OTHER", "CONTAINS"):
            found.setdefault(_text(each, "spdxElementId"), file)
    return found


def _read_cyclone_dx(fields: Fields) -> Sbom:
    metadata = fields.child("metadata")
    version = fields.text("specVersion")
    tools = tuple(dict.fromkeys(_tools(metadata)))
    packages = tuple(
        _component(each)
        for each in _nested(fields)
        if _text(each, "type") not in {"file", "container", "operating-system", "cryptographic-asset"}
    )
    return Sbom(f"CycloneDX {version}".rstrip(), tools, metadata.text("timestamp"), packages)


def _component(each: _Object) -> ListedPackage:
    properties = {_text(item, "name"): _text(item, "value") for item in _objects(each, "properties")}
    layer = properties.get("syft:location:0:layerID") or properties.get("aquasecurity:trivy:LayerDiffID") or ""
    path = properties.get("syft:location:0:path") or properties.get("aquasecurity:trivy:FilePath") or ""
    terms = []
    for item in _objects(each, "licenses"):
        license = item.get("license")
        held = license if isinstance(license, dict) else {}
        terms.append(_text(item, "expression") or _text(held, "id") or _text(held, "name"))
    group, name = _text(each, "group"), _text(each, "name")
    return ListedPackage(
        f"{group}/{name}" if group else name,
        _text(each, "version"),
        " AND ".join(filter(None, terms)),
        _text(each, "purl"),
        Digest.parse(layer) if re.fullmatch(r"sha256:[0-9a-f]{64}", layer) else None,
        f"/{path.lstrip('/')}" if path else "",
    )


def _nested(fields: Fields) -> Iterator[_Object]:
    """Every component, with those inside of others; documents nest no deeper than `ocitui.spec.document` allows."""
    stack = [*reversed([*_each(fields, "components")])]
    while stack:
        each = stack.pop()
        yield each
        stack += reversed([*_objects(each, "components")])


def _tools(metadata: Fields) -> Iterator[str]:
    held = metadata.raw("tools")
    tools = _each(metadata, "tools") if isinstance(held, list) else _each(metadata.child("tools"), "components")
    for each in tools:
        yield f"{_text(each, 'name')} {_text(each, 'version')}".strip()


def _each(fields: Fields, name: str) -> Iterator[_Object]:
    """The items of a list, however many: the bounds of the whole document are bounds enough."""
    items = fields.raw(name)
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def _objects(value: _Object, name: str) -> Iterator[_Object]:
    items = value.get(name)
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def _text(value: _Object, name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
