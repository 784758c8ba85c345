"""Which addresses a registry may lead to."""

import socket
from ipaddress import ip_address

import pytest

from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.http.addresses import Reach, may_lead_to, reach_of, resolve


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        *(
            ("93.184.215.14", Reach.PUBLIC),
            ("2606:2800:21f:cb07::1", Reach.PUBLIC),
            ("64:ff9b::5db8:d70e", Reach.PUBLIC),
        ),
        *(("127.8.9.1", Reach.LOOPBACK), ("::1", Reach.LOOPBACK), ("::ffff:127.0.0.1", Reach.LOOPBACK)),
        *(("64:ff9b::7f00:1", Reach.LOOPBACK), ("2002:7f00:1::", Reach.LOOPBACK)),
        *((str(ip_address(10 << 24 | 1)), Reach.PRIVATE), ("fd00::1", Reach.PRIVATE), ("100.64.0.1", Reach.PRIVATE)),
        *(
            ("169.254.169.254", Reach.OTHER),
            ("fe80::1%eth0", Reach.OTHER),
            ("0.0.0.0", Reach.OTHER),
            ("::", Reach.OTHER),
        ),
        *(("224.0.0.1", Reach.OTHER), ("255.255.255.255", Reach.OTHER), ("::ffff:169.254.169.254", Reach.OTHER)),
    ],
)
def test_from_where_an_address_can_be_reached(address: str, reach: Reach) -> None:
    assert reach_of(address) is reach


def test_where_a_registry_may_lead_to() -> None:
    allowed = {home: {target for target in Reach if may_lead_to(home, target)} for home in Reach}
    assert allowed == {
        Reach.PUBLIC: {Reach.PUBLIC},
        Reach.PRIVATE: {Reach.PUBLIC, Reach.PRIVATE},
        Reach.LOOPBACK: {Reach.PUBLIC, Reach.PRIVATE, Reach.LOOPBACK},
        Reach.OTHER: {Reach.PUBLIC, Reach.OTHER},
    }


def test_odd_spellings_of_addresses_are_resolved_before_they_are_judged() -> None:
    for spelled in ("127.1", "0x7f.1", "2130706433", "017700000001"):
        assert [*map(reach_of, resolve(spelled, 80))] == [Reach.LOOPBACK]


def test_a_host_that_is_not_known(names: dict[str, list[str]]) -> None:
    with pytest.raises(RegistryError, match=r"^no\.example: the host cannot be found$"):
        resolve("no.example", 443)
    with pytest.raises(RegistryError, match="the host cannot be found"):
        resolve("a" * 64 + ".example", 443)
    names["two.example"] = ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
    assert resolve("two.example", 443) == ["127.0.0.1", "127.0.0.2"]
    assert socket.gethostname()
