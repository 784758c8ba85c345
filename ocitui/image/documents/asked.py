"""The hosts that a registry has led to, and what for."""

from ocitui.image.documents.summary import Fact, Section
from ocitui.transports.transport import Speaks, Transport


def asked_section(transport: Transport) -> Section | None:
    """Return the hosts that were asked so far, each with what for; None where that is the registry alone."""
    asked = transport.asked if isinstance(transport, Speaks) else {}
    if len(asked) < 2:
        return None
    return Section("asked", tuple(Fact(what, host) for host, what in asked.items()))
