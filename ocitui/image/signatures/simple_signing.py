"""The payload of simple signing: an image's digest, and the name it had when it was signed.

Implements containers/image, containers-signature(5), JSON data format; and what cosign's
SIGNATURE_SPEC makes of it.
"""

from dataclasses import dataclass
from datetime import datetime

from ocitui.errors import DocumentError
from ocitui.image.signatures.signature import Claim, moment_of
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields

VALUES_LIMIT = 20_000
"""Values of one signature: real ones have some tens."""


SIGNATURE = "atomic container signature"
"""The type of a payload that is signed with OpenPGP."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload, none of which is checked."""

    claim: Claim
    made: datetime | None
    tool: str
    """The program that made it, as it says."""
    needs: tuple[str, ...]
    """The critical fields that who checks it must understand, and ocitui does not."""


def read_payload(raw: bytes, what: str) -> Payload:
    """Read a payload, or raise `DocumentError` where it is none."""
    fields = Fields(load_object(raw, what, VALUES_LIMIT), "")
    critical, optional = fields.child("critical"), fields.child("optional")
    image, identity = critical.child("image"), critical.child("identity")
    digest = image.text("docker-manifest-digest")
    if not digest:
        raise DocumentError(f"{what}: expected critical.image.docker-manifest-digest, found none")
    held = optional.unknown()
    others = {name: str(value)[:1000] for name, value in held.items() if isinstance(value, str | int | float)}
    made, tool = moment_of(others.get("timestamp")), others.get("creator", "")
    known = {"timestamp": made is not None, "creator": True}
    claim = Claim(
        (digest,),
        identity.text("docker-reference"),
        critical.text("type"),
        {name: value for name, value in others.items() if not known.get(name)},
    )
    places = {"critical": critical, "critical.image": image, "critical.identity": identity}
    needs = tuple(f"{place}.{name}" for place, each in places.items() for name in each.unknown())
    return Payload(claim, made, tool, needs)
