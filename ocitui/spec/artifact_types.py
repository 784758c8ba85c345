"""Kinds of artifacts, told by their media types: a Helm chart, a model, a signature.

One table, which `docs/artifacts.md` repeats. image-spec, Image Manifest: Guidelines for Artifact
Usage says that ``artifactType``, else the config's media type, is what an artifact is. Those that
came before it have a config of an image's type, and types of their own for what they hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ocitui.spec.media_type import base_type


@dataclass(frozen=True, slots=True)
class ArtifactType:
    """One kind of artifact."""

    name: str
    """The name that people use."""
    types: tuple[str, ...]
    """Artifact types, or media types of configs. One that ends in ``*`` stands for all that begin so."""
    blobs: tuple[str, ...] = ()
    """Media types of what it holds, likewise, that nothing else holds."""
    read: str = ""
    """The documents in it that are read, with their versions; empty where it is named and its config is shown."""


ARTIFACT_TYPES = (
    ArtifactType(
        "Helm chart",
        ("application/vnd.cncf.helm.config.v1+json",),
        ("application/vnd.cncf.helm.chart.*",),
        read="Chart.yaml, values, templates",
    ),
    ArtifactType(
        "WebAssembly",
        (
            "application/vnd.wasm.config.v0+json",
            "application/vnd.wasm.config.v1+json",
            "application/vnd.wasm.component.v1+wasm",
            "application/vnd.wasm.module.v1+wasm",
            "application/vnd.module.wasm.config.v1+json",
        ),
        (
            "application/wasm",
            "application/vnd.wasm.content.layer.v1+wasm",
            "application/vnd.module.wasm.content.layer.v1+wasm",
            "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm",
        ),
        read="core modules of version 1, components of version 13",
    ),
    ArtifactType("Spin application", ("application/vnd.fermyon.spin.application.v1+config",)),
    ArtifactType(
        "ModelPack model",
        ("application/vnd.cncf.model.manifest.v1+json", "application/vnd.cncf.model.config.v1+json"),
        ("application/vnd.cncf.model.*",),
        read="GGUF 1 to 3, safetensors",
    ),
    ArtifactType(
        "Docker model",
        ("application/vnd.docker.ai.model.config.v0.1+json", "application/vnd.docker.ai.model.config.v0.2+json"),
        ("application/vnd.docker.ai.*",),
        read="GGUF 1 to 3, safetensors",
    ),
    ArtifactType(
        "KitOps model",
        ("application/vnd.kitops.modelkit.config.v1+json", "application/vnd.kitops.modelkit.manifest.v1+json"),
        ("application/vnd.kitops.modelkit.*",),
        read="GGUF 1 to 3, safetensors",
    ),
    ArtifactType("Ollama model", (), ("application/vnd.ollama.image.*",), read="GGUF 1 to 3, safetensors"),
    ArtifactType(
        "Singularity image", ("application/vnd.sylabs.sif.config.v1+json",), ("application/vnd.sylabs.sif.*",)
    ),
    ArtifactType(
        "SOCI index",
        ("application/vnd.amazon.soci.index.v1+json", "application/vnd.amazon.soci.index.v2+json"),
        read="indexes v1 and v2",
    ),
    ArtifactType("BuildKit cache", ("application/vnd.buildkit.cacheconfig.v0",)),
    ArtifactType("Docker plugin", ("application/vnd.docker.plugin.v1+json",)),
    ArtifactType("Compose project", ("application/vnd.docker.compose.project",), ("application/vnd.docker.compose.*",)),
    ArtifactType(
        "Flux source", ("application/vnd.cncf.flux.config.v1+json",), ("application/vnd.cncf.flux.content.*",)
    ),
    ArtifactType(
        "Open Policy Agent bundle",
        ("application/vnd.cncf.openpolicyagent.config.v1+json",),
        ("application/vnd.cncf.openpolicyagent.*",),
    ),
    ArtifactType(
        "Trivy database", ("application/vnd.aquasec.trivy.config.v1+json",), ("application/vnd.aquasec.trivy.*",)
    ),
    ArtifactType("dev container", ("application/vnd.devcontainers",), ("application/vnd.devcontainers.*",)),
    ArtifactType("cosign signature", (), ("application/vnd.dev.cosign.simplesigning.v1+json",), read="simple signing"),
    ArtifactType(
        "Sigstore bundle",
        ("application/vnd.dev.sigstore.bundle.*",),
        ("application/vnd.dev.sigstore.bundle.*",),
        read="v0.1 to v0.3",
    ),
    ArtifactType(
        "Notary signature",
        ("application/vnd.cncf.notary.signature",),
        ("application/cose", "application/jose+json"),
        read="JWS and COSE",
    ),
    ArtifactType(
        "attestation",
        ("application/vnd.in-toto+json",),
        ("application/vnd.in-toto*", "application/vnd.dsse.envelope*"),
        read="in-toto v0.1 and v1, SLSA provenance v0.2 and v1",
    ),
    ArtifactType(
        "SPDX SBOM",
        ("application/spdx+json", "text/spdx*"),
        ("application/spdx*", "text/spdx*"),
        read="2.2 and 2.3 in JSON",
    ),
    ArtifactType(
        "CycloneDX SBOM",
        ("application/vnd.cyclonedx*",),
        ("application/vnd.cyclonedx*",),
        read="1.2 to 1.6 in JSON",
    ),
)
"""All that are known by name; the first that fits is the one."""


def artifact_type(kinds: Iterable[str], blobs: Iterable[str]) -> ArtifactType | None:
    """Return what an artifact is; None where its types are none that are known.

    Args:
        kinds: its artifact type, and the media type of its config.
        blobs: the media types of what it holds.
    """
    for kind in map(base_type, kinds):
        for each in ARTIFACT_TYPES:
            if _fits(kind, each.types):
                return each
    held = [*map(base_type, blobs)]
    return next((each for each in ARTIFACT_TYPES if any(_fits(media_type, each.blobs) for media_type in held)), None)


def is_of_artifacts(media_type: str) -> bool:
    """True if only artifacts hold a blob of this media type, and no image has a layer of it.

    These are those of the table, and all outside of the trees of vendors and of private types (RFC 6838,
    section 3): `cosign upload blob` stores a text as ``text/plain`` under a config of an image's type.
    """
    bare = base_type(media_type)
    subtype = bare.partition("/")[2]
    is_of_vendor = not subtype or subtype.startswith(("vnd.", "prs.", "x.", "x-"))
    return not is_of_vendor or any(_fits(bare, each.blobs) for each in ARTIFACT_TYPES)


def _fits(media_type: str, patterns: tuple[str, ...]) -> bool:
    return any(
        media_type.startswith(pattern[:-1]) if pattern.endswith("*") else media_type == pattern for pattern in patterns
    )
