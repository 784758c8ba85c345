"""Where a registry leads to, and where it is not followed."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import pytest

from ocitui.spec.digest import Digest
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.tags import list_tags
from tests.transports.registry.conftest import Opener, PublicRegistry
from tests.transports.registry.scripted import REPOSITORY, Bearer, FakeRegistry, Reply, Seen, Server
from tests.transports.registry.test_auth import ADA, read_blob

RAW = bytes(range(256)) * 4096
BLOB = f"/v2/{REPOSITORY}/blobs/{Digest.of(RAW)}"


def led_to(url: str) -> Reply:
    return Reply(307, b"", {"Location": url})


class Storage:
    """Where a registry has its blobs: whoever shows credentials is refused, and each address serves a few times."""

    def __init__(self, fake: FakeRegistry, uses: int = 10**9) -> None:
        self.fake = fake
        self.uses = uses
        self.number = 0
        self.left: dict[str, int] = {}

    def __call__(self, seen: Seen) -> Reply:
        signature = seen.query.get("sig", [""])[0]
        if seen.authorization:
            return Reply(400, b"Only one auth mechanism allowed")
        if self.left.get(signature, 0) <= 0:
            return Reply(403, b"Request has expired")
        self.left[signature] -= 1
        return self.fake.blob(str(Digest.of(RAW)), seen)

    def sign(self, url: str) -> str:
        """An address for a while."""
        self.number += 1
        self.left[str(self.number)] = self.uses
        return f"{url}/data?sig={self.number}"


@contextmanager
def stored_elsewhere(fake: FakeRegistry, uses: int = 10**9) -> Iterator[tuple[Storage, Server]]:
    """Have the blob be at another server."""
    storage = Storage(fake, uses)
    with Server(storage) as server:
        before = fake.before

        def redirect(seen: Seen) -> Reply | None:
            told = before(seen)
            if told is None and seen.path == BLOB:
                return Reply(307, b"moved", {"Location": storage.sign(server.url)})
            return told

        fake.before = redirect
        yield storage, server


def test_a_blob_of_another_server(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    fake.before = bearer = Bearer(server)
    bearer.users = {"ada": "Basic YWRhOnNlY3JldDp3b3Jk"}
    with stored_elsewhere(fake) as (_, elsewhere):
        image = opened(login=ADA)
        assert read_blob(image, RAW) == RAW
        assert read_blob(image, RAW) == RAW
        assert {seen.authorization for seen in elsewhere.seen} == {""}
        assert server.asked("/blobs/") == [f"GET {BLOB}"]  # after that, where it was found
        assert len(elsewhere.seen) == 4


def test_an_address_that_runs_out_is_asked_for_anew(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    with stored_elsewhere(fake, uses=1) as (storage, elsewhere):
        assert read_blob(opened(), RAW) == RAW
        assert storage.number == 2
        assert [seen.query["sig"] for seen in elsewhere.seen] == [["1"], ["1"], ["2"]]


@pytest.mark.parametrize("path", ["/v2/other/manifests/1", "/v2/other/manifests/1?x=1", "/v2/%0a/manifests/1", "/"])
def test_nothing_but_blobs_is_fetched_from_another_host(
    path: str, fake: FakeRegistry, server: Server, opened: Opener
) -> None:
    """Where the other host is a registry, too, the message names the image there."""
    fake.add_image(b"one")
    image = opened()
    with Server(lambda seen: fake.manifest("1", seen)) as elsewhere:
        fake.before = lambda seen: Reply(307, b"", {"Location": f"{elsewhere.url}{path}"})
        hint = f"; to ask there: docker://{elsewhere.host}/other:1" if path == "/v2/other/manifests/1" else ""
        said = f"{server.host} leads to another host, {elsewhere.host}: followed for blobs only{hint}"
        with pytest.raises(RegistryError) as caught:
            opened("2", login=ADA)
        assert str(caught.value) == f"{server.host}/{REPOSITORY}:2: {said}"
        with pytest.raises(RegistryError, match="followed for blobs only"):
            [*list_tags(image.repository.client)]
        assert elsewhere.connections == 0


def test_nobody_logs_in_where_blobs_are(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(RAW)
    challenge = 'Bearer realm="http://127.0.0.1:1/token"'
    with Server(lambda seen: Reply(401, b"", {"WWW-Authenticate": challenge})) as elsewhere:
        fake.before = lambda seen: Reply(307, b"", {"Location": f"{elsewhere.url}/data"}) if seen.path == BLOB else None
        with pytest.raises(OSError, match=f"{elsewhere.host} answers 401"):
            opened(login=ADA).locate(Digest.of(RAW)).open().read_at(0, 10)
        assert elsewhere.asked() == ["GET /data"]
        assert elsewhere.seen[0].authorization == ""


def test_a_way_within_the_registry_is_followed_with_what_it_asks_for(
    fake: FakeRegistry, server: Server, opened: Opener
) -> None:
    digest = fake.add_image(b"one")
    bearer = Bearer(server)

    def before(seen: Seen) -> Reply | None:
        if seen.path.endswith("/manifests/old"):
            return bearer(seen) or Reply(301, b"", {"Location": "../manifests/1"})
        return bearer(seen)

    fake.before = before
    assert opened("old").digest == digest
    assert server.seen[-1].authorization == "Bearer token-0"


def test_five_redirects_and_no_more(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")

    def before(seen: Seen) -> Reply | None:
        number = int(seen.path.rpartition("/")[2])
        return Reply(302, b"", {"Location": str(number - 1)}) if number > 1 else None

    fake.before = before
    assert opened("6").digest == digest
    with pytest.raises(RegistryError, match=f"{REPOSITORY}:7: expected at most 5 redirects, found more"):
        opened("7")
    fake.before = lambda seen: Reply(302, b"", {"Location": seen.path})
    server.seen.clear()
    with pytest.raises(RegistryError, match="expected at most 5 redirects"):
        opened("8")
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("ftp://127.0.0.1/x", "expected a URL of https or http"),
        ("file:///etc/passwd", "expected a URL of https or http"),
        ("http://user:secret@127.0.0.1/a?b=secret", "expected a URL of https or http, found 'http://…@127.0.0.1/a'"),
        ("http://[::1/", "expected a URL"),
        ("", "expected a Location of at most 8,192 characters, found 0"),
        ("/" + "a" * 9000, "found 9,001"),
        ("/\x7f", "expected a Location"),
    ],
)
def test_what_is_no_way(location: str, said: str, fake: FakeRegistry, opened: Opener) -> None:
    fake.before = lambda seen: Reply(307, b"", {"Location": location})
    with pytest.raises(RegistryError) as caught:
        opened()
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


INNER = ["127.0.0.1", "::1", "169.254.169.254", str(ip_address(10 << 24 | 1)), "fd00::1", "0.0.0.0"]
"""Addresses of this machine and of the network that it is in."""


@pytest.mark.parametrize("address", INNER)
@pytest.mark.parametrize("way", ["location", "realm", "name"])
def test_a_public_registry_leads_to_no_address_of_the_inside(address: str, way: str, public: PublicRegistry) -> None:
    public.fake.add_image(RAW)
    with Server(lambda seen: Reply(200, b'{"token": "x"}')) as canary:
        literal = f"[{address}]" if ":" in address else address
        public.names["inside.example"] = [address]
        host = f"{literal if way != 'name' else 'inside.example'}:{canary.port}"
        if way == "realm":
            public.fake.before = Bearer(public.server, f"http://{host}/token")
        else:
            public.fake.before = lambda seen: led_to(f"http://{host}/") if seen.path == BLOB else None
        with pytest.raises((RegistryError, OSError)) as caught:
            read_blob(public.open(login=ADA), RAW)
        assert f"registry.example:{public.server.port}: leads to {host}" in str(caught.value)
        assert "not followed" in str(caught.value)
        assert canary.connections == 0


def test_of_several_addresses_only_those_that_may_be_are_connected_to(public: PublicRegistry) -> None:
    public.fake.add_image(RAW)
    with Server(lambda seen: Reply(500)) as canary:
        with Server(lambda seen: public.fake.blob(str(Digest.of(RAW)), seen), address="127.0.0.3") as elsewhere:
            public.names["both.example"] = ["127.0.0.1", "127.0.0.3"]
            other = f"http://both.example:{elsewhere.port}/"
            public.fake.before = lambda seen: led_to(other) if seen.path == BLOB else None
            assert read_blob(public.open(), RAW) == RAW
            assert elsewhere.seen[0].headers["Host"] == f"both.example:{elsewhere.port}"
        assert canary.connections == 0


def test_a_name_is_resolved_once(public: PublicRegistry) -> None:
    """What answers is what was checked, whatever the name means a moment later."""
    public.fake.add_image(RAW)
    with Server(Storage(public.fake), address="127.0.0.3") as elsewhere, Server(lambda seen: Reply(500)) as canary:
        storage = elsewhere.answer
        assert isinstance(storage, Storage)

        def redirect(seen: Seen) -> Reply | None:
            if seen.path != BLOB:
                return None
            return Reply(307, b"", {"Location": storage.sign(f"http://elsewhere.example:{elsewhere.port}")})

        public.fake.before = redirect
        image = public.open()
        file = image.locate(Digest.of(RAW)).open()
        assert file.read_at(0, 10) == RAW[:10]
        public.names["elsewhere.example"] = ["127.0.0.1"]
        storage.left.clear()
        assert file.read_at(500_000, 10) == RAW[500_000:500_010]
        assert canary.connections == 0


def test_urls_of_a_descriptor_are_asked_by_nobody(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    from ocitui.image.documents.tree import build_tree

    with Server(lambda seen: Reply(200, RAW)) as canary:
        layer = {
            "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar",
            "digest": str(Digest.of(RAW)),
            "size": len(RAW),
            "urls": [f"{canary.url}/layer"],
        }
        fake.add_image(layers=[layer])
        image = opened()
        build_tree(image)
        with pytest.raises(FileNotFoundError):
            image.locate(Digest.of(RAW)).open().read_at(0, 10)
        assert canary.connections == 0
