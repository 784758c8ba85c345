"""Provenance as builders write it: the form of each, with other names and digests."""

import base64
from typing import Any

from ocitui.image.attestations.provenance import Provenance, read_provenance
from ocitui.image.attestations.statement import Statement

COMMIT = "4b220de5058abfd01ff619c9d2ff6b09a049bea0"
DOCKERFILE = b"FROM debian\nRUN true\n"
METADATA = {
    "vcs": {"source": "https://git.example.com/a/b", "revision": COMMIT},
    "source": {
        "infos": [{"filename": "Dockerfile", "language": "Dockerfile", "data": base64.b64encode(DOCKERFILE).decode()}]
    },
}
MATERIALS = [
    {"uri": "pkg:docker/docker/buildkit-syft-scanner@stable-1", "digest": {"sha256": "1" * 64}},
    {"uri": "pkg:docker/debian@bookworm-slim?platform=linux%2Famd64", "digest": {"sha256": "2" * 64}},
    {"uri": "pkg:docker/localhost%3A5000/team/base@1", "digest": {"sha256": "3" * 64}},
]


def read(version: str, predicate: dict[str, Any]) -> Provenance:
    found = read_provenance(Statement(f"https://slsa.dev/provenance/{version}", (), predicate, None))
    assert found is not None
    assert found[1] == ()
    return found[0]


def test_buildkit_v02_of_a_local_folder() -> None:
    """moby/buildkit, docs/attestations/slsa-definitions.md: ``mode=max``, no repository."""
    found = read(
        "v0.2",
        {
            "builder": {"id": ""},
            "buildType": "https://mobyproject.org/buildkit@v1",
            "materials": MATERIALS,
            "invocation": {
                "configSource": {"entryPoint": "Dockerfile"},
                "parameters": {
                    "frontend": "dockerfile.v0",
                    "args": {"build-arg:VERSION": "1", "label:a": "b", "target": "final", "vcs:source": "x"},
                    "locals": [{"name": "context"}],
                },
                "environment": {"platform": "linux/amd64"},
            },
            "metadata": {
                "buildInvocationID": "edf52",
                "buildStartedOn": "2022-12-15T15:38:13.391980297Z",
                "buildFinishedOn": "2022-12-15T15:38:14.274565297Z",
                "completeness": {"parameters": True},
                "https://mobyproject.org/buildkit@v1#metadata": METADATA,
            },
        },
    )
    assert (found.builder, found.source, found.revision) == ("", "https://git.example.com/a/b", COMMIT)
    assert (found.entry_point, found.target, found.platform) == ("Dockerfile", "final", "linux/amd64")
    assert found.parameters == (("VERSION", "1"),)
    assert [base.image for base in found.bases] == ["debian:bookworm-slim  linux/amd64", "localhost:5000/team/base:1"]
    assert str(found.bases[0].digest) == f"sha256:{'2' * 64}"
    assert found.dockerfile is not None
    assert found.dockerfile.content == DOCKERFILE
    assert found.started is not None
    assert found.finished is not None
    assert (found.finished - found.started).total_seconds() < 1


def test_buildkit_v1_of_a_repository() -> None:
    """The same page, SLSA v1."""
    found = read(
        "v1",
        {
            "buildDefinition": {
                "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                "externalParameters": {
                    "configSource": {
                        "uri": "https://git.example.com/a/b.git#refs/tags/v1",
                        "digest": {"sha1": COMMIT},
                        "path": "Dockerfile",
                    },
                    "request": {"frontend": "gateway.v0", "args": {"build-arg:A": "1", "target": "release"}},
                },
                "internalParameters": {"builderPlatform": "linux/arm64"},
                "resolvedDependencies": MATERIALS,
            },
            "runDetails": {
                "builder": {"id": "https://ci.example.com/1"},
                "metadata": {"invocationId": "x1", "finishedOn": "2025-01-01T00:00:00Z", "buildkit_metadata": METADATA},
            },
        },
    )
    assert (found.builder, found.invocation) == ("https://ci.example.com/1", "x1")
    assert (found.source, found.revision) == ("https://git.example.com/a/b.git#refs/tags/v1", COMMIT)
    assert (found.entry_point, found.target, found.platform) == ("Dockerfile", "release", "linux/arm64")
    assert found.parameters == (("A", "1"),)
    assert len(found.bases) == 2
    assert found.dockerfile is not None


def test_a_workflow_v1() -> None:
    """GitHub's build type workflow/v1: the commit is that of the dependency of the same address."""
    found = read(
        "v1",
        {
            "buildDefinition": {
                "buildType": "https://actions.github.io/buildtypes/workflow/v1",
                "externalParameters": {
                    "workflow": {
                        "ref": "refs/tags/v1",
                        "repository": "https://git.example.com/a/b",
                        "path": ".ci/x.yml",
                    }
                },
                "internalParameters": {"github": {"event_name": "push"}},
                "resolvedDependencies": [
                    {"uri": "git+https://git.example.com/a/b@refs/tags/v1", "digest": {"gitCommit": COMMIT}}
                ],
            },
            "runDetails": {"builder": {"id": "https://git.example.com/a/b/.ci/x.yml@refs/tags/v1"}},
        },
    )
    assert (found.source, found.revision, found.entry_point) == ("https://git.example.com/a/b", COMMIT, ".ci/x.yml")
    assert found.bases == ()


def test_a_generator_v02() -> None:
    """slsa-github-generator: ``args`` may be anything, and the platform an object."""
    found = read(
        "v0.2",
        {
            "builder": {"id": "https://builder.example.com/generic@v1"},
            "buildType": "https://builder.example.com/container@v1",
            "invocation": {
                "configSource": {
                    "uri": "git+https://git.example.com/a/b@refs/heads/main",
                    "digest": {"sha1": COMMIT},
                    "entryPoint": ".ci/release.yml",
                },
                "parameters": {"args": ["a", "b"]},
                "environment": {"platform": {"os": "linux"}},
            },
            "metadata": {"buildInvocationID": "1-1"},
            "materials": [{"uri": "git+https://git.example.com/a/b@refs/heads/main", "digest": {"sha1": COMMIT}}],
        },
    )
    assert (found.revision, found.entry_point, found.parameters, found.platform) == (COMMIT, ".ci/release.yml", (), "")


def test_odd_fields_are_problems() -> None:
    predicate = {"builder": 1, "materials": ["x", {"uri": 2}], "metadata": {"buildStartedOn": "yesterday"}}
    found = read_provenance(Statement("https://slsa.dev/provenance/v0.2", (), predicate, None))
    assert found is not None
    provenance, problems = found
    assert (provenance.builder, provenance.started) == ("", None)
    assert len(provenance.materials) == 2
    assert problems == (
        "predicate.materials[0]: expected an object, found the text 'x'",
        "predicate.materials[1].uri: expected text, found the number 2",
        "predicate.builder: expected an object, found the number 1",
        "predicate.metadata.buildStartedOn: expected a date and time of RFC 3339, found the text 'yesterday'",
    )


def test_other_statements_are_no_provenance() -> None:
    assert read_provenance(Statement("https://spdx.dev/Document", (), {}, None)) is None
