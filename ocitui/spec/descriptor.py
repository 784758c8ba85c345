"""A pointer to a blob.

Implements image-spec, Content Descriptors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest
from ocitui.spec.fields import EMPTY, Fields
from ocitui.spec.media_type import DocumentKind, kind_of
from ocitui.spec.platform import Platform
from ocitui.spec.uri import is_uri

ANNOTATION_REF_NAME = "org.opencontainers.image.ref.name"
ANNOTATION_CONTAINERD_NAME = "io.containerd.image.name"
ANNOTATION_REFERENCE_TYPE = "vnd.docker.reference.type"
ANNOTATION_REFERENCE_DIGEST = "vnd.docker.reference.digest"
ANNOTATION_TITLE = "org.opencontainers.image.title"
ANNOTATION_PREDICATE_TYPE = "in-toto.io/predicate-type"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Media type, digest and size of a blob, and what else the document says of it.

    A wrong property is left empty and said in `problems`: the other descriptors of the
    same document stay usable.
    """

    media_type: str
    """As the document says it; empty where it says nothing."""
    digest: Digest | None
    """None where the document holds none, or one that is not a digest."""
    size: int | None
    """Bytes of the blob as stored; None where the document holds no size."""
    annotations: Mapping[str, str]
    urls: tuple[str, ...] = ()
    data: bytes | None = None
    """The blob itself, embedded in the document."""
    platform: Platform | None = None
    artifact_type: str = ""
    unknown: Mapping[str, object] | None = None
    """Properties that the specification does not name."""
    problems: tuple[str, ...] = ()

    @classmethod
    def read(cls, value: object, where: str) -> Self:
        """Read a descriptor at ``where`` in its document; never raises."""
        fields = Fields(value, where)
        if not fields.is_object:
            return cls("", None, None, EMPTY, problems=tuple(fields.problems))
        if fields.raw("mediaType") is None:
            fields.problem("mediaType", "text", None)
        media_type = fields.media_type("mediaType")
        digest: Digest | None = None
        if fields.raw("digest") is None:
            fields.problem("digest", "a digest like sha256:…", None)
        else:
            try:
                digest = Digest.parse(fields.raw("digest"))
            except DocumentError as error:
                fields.problems.append(f"{where}.digest: {error}")
        size = fields.required_integer("size")
        platform: Platform | None = None
        if fields.raw("platform") is not None:
            platform_fields = fields.child("platform")
            platform = Platform.read(platform_fields)
            for name in ("architecture", "os"):
                if platform_fields.is_object and platform_fields.raw(name) is None:
                    platform_fields.problem(name, "text", None)
            fields.problems += platform_fields.problems
            if not platform.os and not platform.architecture:
                platform = None
        return cls(
            media_type=media_type,
            digest=digest,
            size=size,
            annotations=fields.mapping("annotations"),
            urls=fields.texts("urls", is_uri, "a URI of RFC 3986") or (),
            data=fields.data("data"),
            platform=platform,
            artifact_type=fields.media_type("artifactType"),
            unknown=fields.unknown(),
            problems=tuple(fields.problems),
        )

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that the media type stands for."""
        return kind_of(self.media_type)

    @property
    def tag(self) -> str:
        """The name this entry of an index goes by, empty where it has none.

        image-spec, Image Layout: ``org.opencontainers.image.ref.name``.
        """
        return self.annotations.get(ANNOTATION_REF_NAME, "")

    @property
    def name(self) -> str:
        """The name of this entry for people: the whole name of the image where containerd kept it, else the tag.

        ``docker save`` and ``ctr image export`` write ``latest`` as the tag, and
        ``docker.io/library/nginx:latest`` as an annotation of their own.
        """
        name = self.annotations.get(ANNOTATION_CONTAINERD_NAME, "")
        return name if name and (not self.tag or name.endswith(f":{self.tag}")) else self.tag

    @property
    def title(self) -> str:
        """The name of the file that the blob is (image-spec, Annotations); empty where nothing says it."""
        return self.annotations.get(ANNOTATION_TITLE, "")

    @property
    def is_attestation(self) -> bool:
        """True if it is BuildKit's attestation manifest."""
        return self.annotations.get(ANNOTATION_REFERENCE_TYPE) == "attestation-manifest"

    @property
    def short(self) -> str:
        """The first twelve characters of the digest, or a word that there is none."""
        return self.digest.short if self.digest else "no digest"
