"""The properties that are wanted of the long lists of SBOMs; of others there may be tens of megabytes.

Implements SPDX 2.2 and 2.3 in JSON, and CycloneDX 1.2 to 1.6 in JSON.
"""

from typing import TypedDict

from ocitui.spec.lean_document import Kept


class SpdxReference(TypedDict, total=False):
    """An external reference of a package."""

    referenceType: str | None
    referenceLocator: str | None


class SpdxPackage(TypedDict, total=False):
    """A package of SPDX."""

    name: str | None
    SPDXID: str | None
    versionInfo: str | None
    licenseDeclared: str | None
    licenseConcluded: str | None
    externalRefs: list[SpdxReference]
    primaryPackagePurpose: str | None


class SpdxFile(TypedDict, total=False):
    """A file of SPDX."""

    SPDXID: str | None
    fileName: str | None
    comment: str | None


class SpdxRelationship(TypedDict, total=False):
    """A relationship of one element of SPDX to another."""

    spdxElementId: str | None
    relatedSpdxElement: str | None
    relationshipType: str | None


class Property(TypedDict, total=False):
    """A property of a component, as programs add their own."""

    name: str | None
    value: str | None


class License(TypedDict, total=False):
    """A license of CycloneDX."""

    id: str | None
    name: str | None


class Terms(TypedDict, total=False):
    """A license of a component, or an expression of SPDX."""

    expression: str | None
    license: License


class Component(TypedDict, total=False):
    """A component of CycloneDX."""

    type: str | None
    group: str | None
    name: str | None
    version: str | None
    purl: str | None
    licenses: list[Terms]
    properties: list[Property]
    components: "list[Component]"


class Dependency(TypedDict, total=False):
    """The dependencies of a component of CycloneDX, of which nothing is read."""


LISTS: Kept = {
    "packages": SpdxPackage,
    "files": SpdxFile,
    "relationships": SpdxRelationship,
    "components": Component,
    "dependencies": Dependency,
}
"""By the names of the lists."""
