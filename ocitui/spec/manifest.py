"""One image for one platform, or an artifact.

Implements image-spec, Image Manifest, and Docker Image Manifest Version 2, Schema 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ocitui.spec.artifact_types import ArtifactType, artifact_type, is_of_artifacts
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.document import load_object, type_name
from ocitui.spec.fields import Fields
from ocitui.spec.index import check_schema_version
from ocitui.spec.media_type import (
    DOCKER_CONFIG,
    OCI_ARTIFACT_MANIFEST,
    OCI_CONFIG,
    OCI_EMPTY,
    DocumentKind,
    base_type,
    kind_of,
)

_IMAGE_CONFIGS = {OCI_CONFIG, DOCKER_CONFIG}
_UNTOLD = {"", "application/octet-stream", "application/json", "text/html"}
"""Media types that registries once gave an image's config; docker takes them for that."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An image manifest, the raw bytes beside it."""

    raw: bytes
    media_type: str
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    no_list: str
    """The reason why no layers are known: there is no list of them; empty where there is one, or null for it."""
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
        media_type = fields.media_type("mediaType")
        is_blobs = base_type(media_type) == OCI_ARTIFACT_MANIFEST and not fields.has("layers")
        # An artifact manifest of a release candidate of image-spec 1.1 has "blobs", which may be none, and no config.
        part = "blobs" if is_blobs else "layers"
        layers = fields.items(part)
        no_list = "" if is_blobs or layers else _say_that_there_is_none(fields, part)
        config_value = fields.raw("config")
        if config_value is None and not is_blobs:
            fields.problem("config", "a descriptor", None)
        subject = Descriptor.read(fields.raw("subject"), "subject") if fields.raw("subject") is not None else None
        return cls(
            raw=raw,
            media_type=media_type,
            config=Descriptor.read(config_value, "config") if config_value is not None else None,
            layers=tuple(Descriptor.read(item, f"{part}[{n}]") for n, item in enumerate(layers)),
            no_list=no_list,
            artifact_type=fields.media_type("artifactType"),
            subject=subject,
            annotations=fields.mapping("annotations"),
            unknown=fields.unknown(),
            problems=(*fields.problems, *(subject.problems if subject else ())),
        )

    @property
    def is_artifact(self) -> bool:
        """True if this manifest packs something other than an image to run.

        image-spec, Image Manifest: Guidelines for Artifact Usage. The config's media type
        tells it, whatever the layers' are: a build cache has layers of an image's type, and an
        image may have layers of a type that nobody here knows, which "MUST be ignored". But
        signatures of cosign, attestations of BuildKit and models of Ollama came before, and
        have a config of an image's type, and nothing but what artifacts hold.
        """
        config_type = base_type(self.config.media_type) if self.config else ""
        has_layers = any(layer.kind is DocumentKind.LAYER or not layer.media_type for layer in self.layers)
        if self.has_image_config:
            return bool(self.layers) and all(is_of_artifacts(layer.media_type) for layer in self.layers)
        if self.artifact_type or config_type == OCI_EMPTY:
            return True
        if config_type not in _UNTOLD and kind_of(config_type) is DocumentKind.OTHER:
            return True
        if self.layers:
            return not has_layers
        return bool(config_type) or base_type(self.media_type) == OCI_ARTIFACT_MANIFEST

    @property
    def kind_name(self) -> str:
        """The artifact's type, as image-spec says to find it: ``artifactType``, else the config's media type.

        Where that says nothing of an artifact, the type of what it holds.
        """
        config_type = self.config.media_type if self.config else ""
        if not self.artifact_type and self.layers and base_type(config_type) in {*_IMAGE_CONFIGS, OCI_EMPTY}:
            return self.layers[0].media_type
        return self.artifact_type or config_type

    @property
    def has_image_config(self) -> bool:
        """True if the config has the media type of an image's."""
        return self.config is not None and base_type(self.config.media_type) in _IMAGE_CONFIGS

    @property
    def artifact(self) -> ArtifactType | None:
        """The kind of artifact that this is, where its type is known by name; for an image it says nothing."""
        config_type = self.config.media_type if self.config else ""
        return artifact_type((self.artifact_type, config_type), (layer.media_type for layer in self.layers))

    @property
    def layers_size(self) -> int:
        """Bytes of all layers as stored."""
        return sum(layer.size or 0 for layer in self.layers)


def _say_that_there_is_none(fields: Fields, part: str) -> str:
    """Say that there are no layers, and return why nothing is known of them, if it is not.

    Null for a list is what Go writes for one that was never made; every reader takes it.
    """
    found = fields.raw(part)
    if found == []:
        fields.note(part, "at least one, as portable images have", "none")
        return ""
    if found is None and fields.has(part):
        fields.note(part, "a list", "null")
        return ""
    if found is None:
        fields.problem(part, "a list", None)
    return f"{part}: expected a list, found {type_name(found) if fields.has(part) else 'nothing'}"
