"""The clauses of the specifications that a message may point to."""

from dataclasses import dataclass

_IMAGE_SPEC = "https://github.com/opencontainers/image-spec/blob/v1.1.1"


@dataclass(frozen=True, slots=True)
class Clause:
    """One section of a specification."""

    specification: str
    """As people call it: ``image-spec``, ``RFC 1952``."""
    section: str
    """The document and its heading; empty where the whole is meant."""
    url: str
    """The address of the text, with the fragment of the heading; empty where it is not on the web."""

    def __str__(self) -> str:
        return f"{self.specification}, {self.section}" if self.section else self.specification


def _image_spec(section: str, page: str) -> Clause:
    return Clause("image-spec", section, f"{_IMAGE_SPEC}/{page}")


LAYOUT_FILE = _image_spec("Image Layout: oci-layout file", "image-layout.md#oci-layout-file")
LAYOUT_INDEX = _image_spec("Image Layout: index.json file", "image-layout.md#indexjson-file")
LAYOUT_BLOBS = _image_spec("Image Layout: Blobs", "image-layout.md#blobs")
INDEX = _image_spec("Image Index: Property Descriptions", "image-index.md#image-index-property-descriptions")
MANIFEST = _image_spec("Image Manifest: Property Descriptions", "manifest.md#image-manifest-property-descriptions")
CONFIG = _image_spec("Image Configuration: Properties", "config.md#properties")
DIFF_ID = _image_spec("Image Configuration: Layer DiffID", "config.md#layer-diffid")
DESCRIPTOR = _image_spec("Content Descriptors: Properties", "descriptor.md#properties")
DIGEST = _image_spec("Content Descriptors: Digests", "descriptor.md#digests")
ALGORITHMS = _image_spec("Content Descriptors: Registered Algorithms", "descriptor.md#registered-algorithms")
EMBEDDED = _image_spec("Content Descriptors: Embedded Content", "descriptor.md#embedded-content")
ANNOTATIONS = _image_spec("Annotations: Pre-Defined Annotation Keys", "annotations.md#pre-defined-annotation-keys")
LAYER = _image_spec("Layer Filesystem Changeset: Distributable Format", "layer.md#distributable-format")
FILE_TYPES = _image_spec("Layer Filesystem Changeset: File Types", "layer.md#file-types")
FILE_ATTRIBUTES = _image_spec("Layer Filesystem Changeset: File Attributes", "layer.md#file-attributes")
HARDLINKS = _image_spec("Layer Filesystem Changeset: Hardlinks", "layer.md#hardlinks")
APPLYING = _image_spec("Layer Filesystem Changeset: Applying Changesets", "layer.md#applying-changesets")
WHITEOUTS = _image_spec("Layer Filesystem Changeset: Whiteouts", "layer.md#whiteouts")
NOT_DISTRIBUTABLE = _image_spec(
    "Layer Filesystem Changeset: Non-Distributable Layers", "layer.md#non-distributable-layers"
)
DOCKER_ARCHIVE = Clause(
    "Docker Image Specification v1.2",
    "Combined Image JSON + Filesystem Changeset Format",
    "https://github.com/moby/moby/blob/v20.10.0/image/spec/v1.2.md#combined-image-json--filesystem-changeset-format",
)
GZIP = Clause("RFC 1952", "File Format Specification", "https://www.rfc-editor.org/rfc/rfc1952#section-2")
ZSTD = Clause("RFC 8878", "Compression Algorithm", "https://www.rfc-editor.org/rfc/rfc8878#section-3")
TAR = Clause(
    "POSIX.1-2017",
    "pax: ustar Interchange Format",
    "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06",
)
STATEMENT = Clause(
    "in-toto Attestation Framework",
    "Statement: subject",
    "https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md",
)
SIGNATURE = Clause(
    "cosign",
    "Signature Specification: Payloads",
    "https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md",
)
NOTATION = Clause(
    "Notary Project",
    "Signature Specification: Payload",
    "https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md#payload",
)
SIMPLE_SIGNING = Clause(
    "containers-signature(5)",
    "JSON data format",
    "https://github.com/containers/image/blob/main/docs/containers-signature.5.md#json-data-format",
)
TABLE = Clause("eStargz, zstd:chunked and SOCI", "table of contents", "")
"""Of a layer: programs that go by it must get what others unpack."""
LIMITS = Clause("ocitui", "limits", "")
"""Of this program, which no specification sets: what is beyond them was not looked at."""
