"""A small OCI image layout, generated on demand.

It holds what a newcomer should see and what a test wants to find: two tags, two platforms,
layers of every compression, history with and without layers, attestations, a referrer and
a signature, and files to which layers did all that layers can do.
"""

from pathlib import Path
from typing import Any

from ocitui.demo import layers
from ocitui.demo.attestations import provenance, spdx
from ocitui.demo.contents import AMD64, ARM64, Machine
from ocitui.demo.history import PREVIOUS_TIME, image_config, previous_config
from ocitui.demo.layout import Compression, Document, Layer, LayoutWriter, sha256
from ocitui.demo.tar import Entry, write_tar
from ocitui.spec import media_type

REF_NAME = "org.opencontainers.image.ref.name"
LATEST = "latest"
"""The tag of the image index with both platforms."""
PREVIOUS = "1.3.2"
"""The tag of an older image, for one platform, that shares its base layer."""

_IN_TOTO = "application/vnd.in-toto+json"
_EMPTY: Document = {"mediaType": media_type.OCI_EMPTY, "digest": sha256(b"{}"), "size": 2, "data": "e30="}


def build_demo(target: Path) -> None:
    """Write the demo layout; the bytes are the same each time.

    Args:
        target: the layout's folder, made where it does not exist yet.
    """
    demo = _Demo(LayoutWriter(target))
    index = demo.release()
    demo.writer.finish(
        [
            {**index, "annotations": {REF_NAME: LATEST}},
            {**demo.previous(), "annotations": {REF_NAME: PREVIOUS}},
            demo.bill_of_materials(),
            demo.signatures(index),
        ]
    )


class _Demo:
    """The images of the demo, with the layers that they share."""

    def __init__(self, writer: LayoutWriter) -> None:
        self.writer = writer
        self._shared = {
            "workdir": self._layer(layers.working_directory()),
            "key": self._layer(layers.deploy_key()),
            "app": self._layer(layers.application("1.4.0")),
            "settings": self._layer(layers.settings(), "none"),
        }
        self._base = {machine: self._layer(layers.base(machine)) for machine in (AMD64, ARM64)}
        self._images: dict[Machine, Document] = {}

    def _layer(self, entries: list[Entry], compression: Compression = "gzip") -> Layer:
        return self.writer.layer(write_tar(entries), compression)

    def release(self) -> Document:
        """Version 1.4.0: an index of two platforms and their attestations."""
        self._images = {machine: self._image(machine) for machine in (AMD64, ARM64)}
        attestations = [self._attestation(machine, image) for machine, image in self._images.items()]
        return self.writer.index([*self._images.values(), *attestations])

    def _image(self, machine: Machine) -> Document:
        stack = [
            self._base[machine],
            self._layer(layers.packages(machine)),
            self._shared["workdir"],
            self._layer(layers.dependencies(machine), "zstd"),
            self._shared["key"],
            self._shared["app"],
            self._layer(layers.clean_up(machine)),
            self._shared["settings"],
        ]
        platform = {"architecture": machine.architecture, "os": "linux"}
        if machine.variant:
            platform["variant"] = machine.variant
        return self.writer.image(image_config(machine), stack, platform=platform)

    def _attestation(self, machine: Machine, image: Document) -> Document:
        """Return BuildKit's attestations of an image it built: an SBOM and its provenance."""
        name = f"pkg:docker/paperboat@1.4.0?platform=linux%2F{machine.architecture}"
        subject = [{"name": name, "digest": {"sha256": image["digest"].removeprefix("sha256:")}}]
        statements = {
            "https://spdx.dev/Document": spdx(machine),
            "https://slsa.dev/provenance/v0.2": provenance(machine),
        }
        descriptors: list[Document] = []
        for predicate_type, predicate in statements.items():
            statement = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": predicate_type}
            document = {**statement, "subject": subject, "predicate": predicate}
            annotations = {"in-toto.io/predicate-type": predicate_type}
            descriptors.append(self.writer.document(_IN_TOTO, document, annotations=annotations))
        rootfs = {"type": "layers", "diff_ids": [descriptor["digest"] for descriptor in descriptors]}
        config = {"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": rootfs}
        return self.writer.manifest(
            self.writer.document(media_type.OCI_CONFIG, config),
            descriptors,
            annotations={
                "vnd.docker.reference.digest": image["digest"],
                "vnd.docker.reference.type": "attestation-manifest",
            },
            platform={"architecture": "unknown", "os": "unknown"},
        )

    def previous(self) -> Document:
        """Version 1.3.2, which has the base layer in common with 1.4.0."""
        stack = [
            self._base[AMD64],
            self._layer([entry.at(PREVIOUS_TIME) for entry in layers.packages(AMD64)]),
            self._layer(layers.application("1.3.2", PREVIOUS_TIME)),
        ]
        return self.writer.image(previous_config(AMD64), stack)

    def bill_of_materials(self) -> Document:
        """An SBOM that refers to the amd64 image by ``subject``, listed in ``index.json``."""
        components = [{"type": "library", "name": "flask", "version": "3.0.3", "purl": "pkg:pypi/flask@3.0.3"}]
        document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}
        annotations = {"org.opencontainers.image.created": "2024-05-14T11:00:00Z"}
        return self._artifact("application/vnd.cyclonedx+json", document, self._images[AMD64], annotations)

    def signatures(self, index: Document) -> Document:
        """A signature of the whole index, found by the referrers tag (distribution-spec, Referrers Tag Schema)."""
        payload = {"critical": {"image": {"docker-manifest-digest": index["digest"]}, "type": "example signature"}}
        signature = self._artifact("application/vnd.example.signature.v1+json", payload, index, {})
        tag = index["digest"].replace(":", "-")
        return {**self.writer.index([signature]), "annotations": {REF_NAME: tag}}

    def _artifact(self, kind: str, document: Document, subject: Document, annotations: dict[str, str]) -> Document:
        self.writer.blob(media_type.OCI_EMPTY, b"{}")
        reference = {name: subject[name] for name in ("mediaType", "digest", "size")}
        extra: dict[str, Any] = {"artifactType": kind, "subject": reference, "annotations": annotations}
        content = self.writer.document(kind, document, annotations={"org.opencontainers.image.title": "statement.json"})
        properties: dict[str, Any] = {"annotations": annotations} if annotations else {}
        return self.writer.manifest(_EMPTY, [content], extra, artifactType=kind, **properties)
