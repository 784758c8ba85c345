"""One image for one platform, or an artifact.

Implements image-spec, Image Manifest, and Docker Image Manifest Version 2, Schema 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ocitui.spec.descriptor import Descriptor
from ocitui.spec.fields import Fields, load_object
from ocitui.spec.index import check_schema_version
from ocitui.spec.media_type import DOCKER_CONFIG, OCI_CONFIG, OCI_EMPTY, DocumentKind


@dataclass(frozen=True, slots=True)
class Manifest:
    """An image manifest, the raw bytes beside it."""

    raw: bytes
    media_type: str
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    artifact_type: str
    subject: Descriptor | None
    annotations: Mapping[str, str]
    unknown: Mapping[str, object]
    problems: tuple[str, ...]

    @classmethod
    def parse(cls, raw: bytes, what: str) -> Self:
        """Read a manifest, or raise `DocumentError` when it is not a JSON object."""
        fields = Fields(load_object(raw, what), "")
        check_schema_version(fields)
        value = fields.raw("layers")
        if not isinstance(value, list):
            # An artifact manifest of the former specification has "blobs" instead.
            blobs = fields.raw("blobs")
            if not isinstance(blobs, list):
                fields.problem("layers", "a list", value)
            value = blobs if isinstance(blobs, list) else []
        config_value = fields.raw("config")
        if config_value is None and fields.raw("blobs") is None:
            fields.problem("config", "a descriptor", None)
        return cls(
            raw=raw,
            media_type=fields.text("mediaType"),
            config=Descriptor.read(config_value, "config") if config_value is not None else None,
            layers=tuple(Descriptor.read(item, f"layers[{n}]") for n, item in enumerate(value)),
            artifact_type=fields.text("artifactType"),
            subject=Descriptor.read(fields.raw("subject"), "subject") if fields.raw("subject") is not None else None,
            annotations=fields.mapping("annotations"),
            unknown=fields.unknown(),
            problems=tuple(fields.problems),
        )

    @property
    def is_artifact(self) -> bool:
        """Whether this manifest packs something else than an image to run.

        image-spec, Image Manifest: Guidelines for Artifact Usage. A config of an image's
        media type, or layers of one, make it an image.
        """
        if self.config is None:
            return True
        if self.config.media_type in {OCI_CONFIG, DOCKER_CONFIG}:
            return False
        if self.artifact_type or self.config.media_type == OCI_EMPTY:
            return True
        return not any(layer.kind is DocumentKind.LAYER for layer in self.layers)

    @property
    def kind_name(self) -> str:
        """The artifact's type, as image-spec says to find it: ``artifactType``, else the config's media type."""
        return self.artifact_type or (self.config.media_type if self.config else "")

    @property
    def layers_size(self) -> int:
        """Bytes of all layers as stored."""
        return sum(layer.size or 0 for layer in self.layers)
