"""The hosts that a registry has led to, and what for."""

from ocitui.image.documents.summary import Fact, Section
from ocitui.transports.transport import Speaks, Transport


def asked_section(transport: Transport) -> Section | None:
    """What was asked of which host so far; None where that is no other than the registry."""
    asked = transport.asked if isinstance(transport, Speaks) else {}
    if len(asked) < 2:
        return None
    return Section("asked", tuple(Fact(what, host) for host, what in asked.items()))
