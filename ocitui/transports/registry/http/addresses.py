"""The addresses that may be connected to, when it was not the user but a registry that named the host.

Else a registry could have this machine ask its own services, or those of the network that
it stands in, and tell from the answers what is there.
"""

import ipaddress
import socket
from enum import Enum

from ocitui.display import printable
from ocitui.transports.registry.errors import RegistryError

_NO_SUCH_HOST = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Reach(Enum):
    """From where an address can be reached."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "this machine's own"
    OTHER = "link-local or reserved"


def reach_of(address: str) -> Reach:
    """The kind of an address; one that carries an address of IPv4 is as that."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        else:
            found = found.ipv4_mapped or found.sixtofour or found
    if found.is_loopback:
        return Reach.LOOPBACK
    if found.is_link_local or found.is_unspecified or found.is_multicast or found.is_reserved:
        return Reach.OTHER
    return Reach.PUBLIC if found.is_global else Reach.PRIVATE


def may_lead_to(home: Reach, target: Reach) -> bool:
    """True if a registry at an address of the first kind may send somebody to one of the second."""
    if target is Reach.PUBLIC or target is home:
        return True
    return target is Reach.PRIVATE and home is Reach.LOOPBACK


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order that the system would try them.

    Raises:
        RegistryError: it is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = f": {(error.strerror if isinstance(error, OSError) else None) or error}"
        if isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_HOST:  # whose words say the same again
            reason = ""
        raise RegistryError(f"{printable(host)}: the host cannot be found{reason}") from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
