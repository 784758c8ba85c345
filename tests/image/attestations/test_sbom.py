"""SBOMs as Syft and Trivy write them."""

from typing import Any

import pytest

from ocitui.image.attestations.sbom import ListedPackage, Sbom, read_sbom
from ocitui.image.attestations.statement import CYCLONE_DX, SPDX, Statement
from ocitui.spec.digest import Digest

LAYER = Digest.of(b"layer")


def read(kind: str, predicate: dict[str, Any]) -> Sbom:
    found = read_sbom(Statement(kind, (), predicate, None))
    assert found is not None
    return found


def test_spdx_of_syft() -> None:
    """anchore/syft 1.x: the file is evidence by a relationship, its comment names the layer."""
    found = read(
        SPDX,
        {
            "spdxVersion": "SPDX-2.3",
            "creationInfo": {
                "creators": ["Organization: Anchore, Inc", "Tool: syft-1.4.1"],
                "created": "2025-01-01T00:00:00Z",
            },
            "packages": [
                {
                    "name": "musl",
                    "SPDXID": "SPDXRef-a",
                    "versionInfo": "1.2.5-r0",
                    "licenseConcluded": "NOASSERTION",
                    "licenseDeclared": "MIT",
                    "externalRefs": [
                        {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:musl"},
                        {"referenceType": "purl", "referenceLocator": "pkg:apk/alpine/musl@1.2.5-r0"},
                    ],
                },
                {"name": "image", "SPDXID": "SPDXRef-root", "primaryPackagePurpose": "CONTAINER"},
                {"name": "bare", "SPDXID": "SPDXRef-b", "licenseDeclared": "NONE"},
            ],
            "files": [
                {"fileName": "lib/apk/db/installed", "SPDXID": "SPDXRef-File-1", "comment": f"layerID: {LAYER}"},
            ],
            "relationships": [
                {"spdxElementId": "SPDXRef-a", "relatedSpdxElement": "SPDXRef-File-1", "relationshipType": "OTHER"},
                {
                    "spdxElementId": "SPDXRef-DOCUMENT",
                    "relatedSpdxElement": "SPDXRef-root",
                    "relationshipType": "DESCRIBES",
                },
            ],
        },
    )
    assert (found.format, found.tools, found.created) == ("SPDX-2.3", ("syft-1.4.1",), "2025-01-01T00:00:00Z")
    assert found.packages == (
        ListedPackage("musl", "1.2.5-r0", "MIT", "pkg:apk/alpine/musl@1.2.5-r0", LAYER, "/lib/apk/db/installed"),
        ListedPackage("bare", "", "", ""),
    )


def test_cyclone_dx_of_syft_and_trivy() -> None:
    found = read(
        f"{CYCLONE_DX}/v1.5",
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "metadata": {"timestamp": "2025-01-01", "tools": {"components": [{"name": "trivy", "version": "0.50"}]}},
            "components": [
                {
                    "type": "library",
                    "name": "musl",
                    "version": "1",
                    "licenses": [{"license": {"id": "MIT"}}, {"expression": "A OR B"}],
                    "properties": [
                        {"name": "syft:location:0:layerID", "value": str(LAYER)},
                        {"name": "syft:location:0:path", "value": "/lib/apk/db/installed"},
                    ],
                },
                {"type": "operating-system", "name": "alpine"},
                {
                    "type": "application",
                    "name": "app",
                    "group": "org.example",
                    "components": [
                        {
                            "type": "library",
                            "name": "inner",
                            "properties": [
                                {"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:short"},
                                {"name": "aquasecurity:trivy:FilePath", "value": "app.jar"},
                            ],
                        }
                    ],
                },
            ],
        },
    )
    assert (found.format, found.tools) == ("CycloneDX 1.5", ("trivy 0.50",))
    assert found.packages == (
        ListedPackage("musl", "1", "MIT AND A OR B", "", LAYER, "/lib/apk/db/installed"),
        ListedPackage("org.example/app", "", "", ""),
        ListedPackage("inner", "", "", "", None, "/app.jar"),
    )


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6"])
def test_versions_of_cyclone_dx(version: str) -> None:
    """Up to 1.4 tools are a list; from 1.5 on they may be components."""
    made_by: object = [{"vendor": "anchore", "name": "syft", "version": "1"}]
    if version in ("1.5", "1.6"):
        made_by = {"components": [{"type": "application", "name": "syft", "version": "1"}]}
    component = {"type": "library", "name": "musl", "version": "1.2", "purl": "pkg:apk/alpine/musl@1.2"}
    found = read(
        f"{CYCLONE_DX}/v{version}",
        {"bomFormat": "CycloneDX", "specVersion": version, "metadata": {"tools": made_by}, "components": [component]},
    )
    assert (found.format, found.tools) == (f"CycloneDX {version}", ("syft 1",))
    assert found.packages == (ListedPackage("musl", "1.2", "", "pkg:apk/alpine/musl@1.2"),)


@pytest.mark.parametrize("version", ["2.2", "2.3"])
def test_versions_of_spdx(version: str) -> None:
    """What 2.3 made optional, `licenseConcluded` and others, may be missing."""
    package = {"SPDXID": "SPDXRef-1", "name": "musl", "versionInfo": "1.2", "downloadLocation": "NOASSERTION"}
    if version == "2.2":
        package |= {"licenseConcluded": "MIT", "licenseDeclared": "MIT", "copyrightText": "NOASSERTION"}
    found = read(f"{SPDX}/v{version}", {"spdxVersion": f"SPDX-{version}", "packages": [package]})
    assert found.format == f"SPDX-{version}"
    assert found.packages == (ListedPackage("musl", "1.2", "MIT" if version == "2.2" else "", ""),)


def test_odd_documents_are_read_as_far_as_they_go() -> None:
    assert read(SPDX, {"packages": [1, {"name": 2}], "files": "x"}).packages == (ListedPackage("", "", "", ""),)
    assert read(CYCLONE_DX, {"components": {"a": 1}, "metadata": {"tools": [{"name": "x"}]}}).tools == ("x",)
    assert read_sbom(Statement("https://slsa.dev/provenance/v1", (), {}, None)) is None
