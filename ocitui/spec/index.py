"""A list of manifests.

Implements image-spec, Image Index, and Docker's manifest list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ocitui.spec.descriptor import Descriptor
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields


@dataclass(frozen=True, slots=True)
class Index:
    """An image index, the raw bytes beside it."""

    raw: bytes
    media_type: str
    manifests: tuple[Descriptor, ...]
    has_list: bool
    """True if there is a list of them, even an empty one."""
    artifact_type: str
    subject: Descriptor | None
    annotations: Mapping[str, str]
    unknown: Mapping[str, object]
    problems: tuple[str, ...]

    @classmethod
    def parse(cls, raw: bytes, what: str) -> Self:
        """Read an index, or raise `DocumentError` when it is not a JSON object."""
        fields = Fields(load_object(raw, what), "")
        check_schema_version(fields)
        manifests = fields.required_items("manifests")
        subject = Descriptor.read(fields.raw("subject"), "subject") if fields.raw("subject") is not None else None
        return cls(
            raw=raw,
            media_type=fields.media_type("mediaType"),
            manifests=tuple(Descriptor.read(item, f"manifests[{n}]") for n, item in enumerate(manifests)),
            has_list=isinstance(fields.raw("manifests"), list),
            artifact_type=fields.media_type("artifactType"),
            subject=subject,
            annotations=fields.mapping("annotations"),
            unknown=fields.unknown(),
            problems=(*fields.problems, *(subject.problems if subject else ())),
        )


def check_schema_version(fields: Fields) -> None:
    """Note a ``schemaVersion`` that is not 2, as both OCI and Docker ask for it."""
    version = fields.raw("schemaVersion")
    if version != 2 or isinstance(version, bool):
        fields.problem("schemaVersion", "2", version)
