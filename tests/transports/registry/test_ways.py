"""By which way a registry is asked: mirrors, proxies, TLS with keys; and what each of them is told."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ocitui.spec.digest import Digest
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.registry import RegistryImage, open_image
from ocitui.transports.registry.settings import RegistrySettings
from tests.images.with_registry import Authority, make_authority
from tests.transports.registry.conftest import SHORT, Opener
from tests.transports.registry.scripted import (
    REPOSITORY,
    Bearer,
    FakeRegistry,
    Reply,
    Seen,
    Server,
    error,
    fake_registry,
)
from tests.transports.registry.test_auth import ADA, BASIC, basic, read_blob, write_auth

RAW = bytes(range(256)) * 1000


# Mirrors.


@dataclass
class Mirrored:
    """A registry and its mirror, which are one and the same machine here."""

    registry: FakeRegistry
    mirror: FakeRegistry
    conf: Path

    def open(self, **options: object) -> RegistryImage:
        settings = RegistrySettings(patience=SHORT, registries_conf=self.conf, **options)  # type: ignore[arg-type]
        return open_image(ImageName.parse(f"{self.registry.server.host}/{REPOSITORY}:1"), settings)


@pytest.fixture
def mirrored(fake: FakeRegistry, tmp_path: Path) -> Iterator[Mirrored]:
    with fake_registry() as (mirror, server):
        mirror.server = server
        conf = tmp_path / "registries.conf"
        conf.write_text(
            f'[[registry]]\nlocation = "{fake.server.host}"\n[[registry.mirror]]\nlocation = "{server.host}"\n'
        )
        yield Mirrored(fake, mirror, conf)


def test_a_mirror_is_asked_first_and_for_all(mirrored: Mirrored) -> None:
    digest = mirrored.mirror.add_image(RAW)
    image = mirrored.open()
    assert image.digest == digest
    assert read_blob(image, RAW) == RAW
    assert mirrored.registry.server.seen == []
    assert image.notes == []
    assert str(image.name) == f"{mirrored.registry.server.host}/{REPOSITORY}:1"


@pytest.mark.parametrize("reply", [error(404, "MANIFEST_UNKNOWN", "no"), Reply(500), Reply(200, b"<html>"), None])
def test_a_mirror_that_does_not_give_it(reply: Reply | None, mirrored: Mirrored) -> None:
    digest = mirrored.registry.add_image(b"one")
    if reply is None:
        mirrored.mirror.server.__exit__()
    else:
        mirrored.mirror.before = lambda seen: reply
    image = mirrored.open()
    assert image.digest == digest
    assert image.notes[0].startswith(f"the mirror {mirrored.mirror.server.host} does not give it: ")


def test_neither_gives_it(mirrored: Mirrored) -> None:
    with pytest.raises(RegistryError, match=f"^{mirrored.registry.server.host}/{REPOSITORY}:1: "):
        mirrored.open()


def test_a_mirror_is_told_nothing_that_was_typed(mirrored: Mirrored, home: Path) -> None:
    for registry in (mirrored.registry, mirrored.mirror):
        registry.add_image(b"one")
        registry.before = basic
    image = mirrored.open(login=ADA)
    assert image.repository.place.startswith(mirrored.registry.server.host)
    assert {seen.authorization for seen in mirrored.mirror.server.seen} == {""}
    mirrored.mirror.server.seen.clear()
    write_auth(home, {mirrored.mirror.server.host: {"auth": BASIC.removeprefix("Basic ")}})
    assert mirrored.open(login=ADA).repository.place.startswith(mirrored.mirror.server.host)
    assert mirrored.mirror.server.seen[-1].authorization == BASIC


# TLS.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(
        tmp_path_factory.mktemp("authority"), "DNS:localhost,DNS:registry.example,DNS:elsewhere.example,IP:127.0.0.1"
    )


def server_context(authority: Authority, *, asks_for_key: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server, authority.key)
    if asks_for_key:
        context.load_verify_locations(authority.certificate)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


@contextmanager
def secure(authority: Authority, *, asks_for_key: bool = False) -> Iterator[FakeRegistry]:
    with fake_registry(tls=server_context(authority, asks_for_key=asks_for_key)) as (registry, server):
        registry.server = server
        yield registry


def trust(folder: Path, authority: Authority, *, key: bool = False) -> None:
    """Make a folder of certs.d."""
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_bytes(authority.certificate.read_bytes())
    if key:
        (folder / "client.cert").write_bytes(authority.server.read_bytes())
        (folder / "client.key").write_bytes(authority.key.read_bytes())


def opened_at(host: str, **options: object) -> RegistryImage:
    settings = RegistrySettings(patience=SHORT, **options)  # type: ignore[arg-type]
    return open_image(ImageName.parse(f"{host}/{REPOSITORY}:1"), settings)


@pytest.mark.peer
def test_from_https_nothing_leads_to_http(authority: Authority, tmp_path: Path) -> None:
    trust(tmp_path / "certs", authority)
    with secure(authority) as registry, Server(lambda seen: Reply(500)) as canary:
        for before in (
            lambda seen: Reply(302, b"", {"Location": f"{canary.url}/secret?signature=x"}),
            lambda seen: error(401, "UNAUTHORIZED", "no", WWW_Authenticate=f'Bearer realm="{canary.url}/token"'),
        ):
            registry.before = before
            with pytest.raises(RegistryError) as caught:
                opened_at(registry.server.host, cert_dir=tmp_path / "certs", login=ADA)
            assert "expected a re" in str(caught.value)
            assert "signature" not in str(caught.value)
        assert canary.connections == 0


@pytest.mark.peer
def test_a_key_is_shown_to_the_registry_and_to_no_other(authority: Authority, home: Path) -> None:
    peers: dict[str, list[bool]] = {"registry": [], "elsewhere": []}
    with secure(authority, asks_for_key=True) as registry, secure(authority, asks_for_key=True) as elsewhere:
        digest = registry.add_image(RAW)
        for name, server in (("registry", registry.server), ("elsewhere", elsewhere.server)):
            server.on_connect = lambda connection, name=name: peers[name].append(bool(connection.getpeercert()))
        trust(home / f".config/containers/certs.d/{registry.server.host}", authority, key=True)
        elsewhere.blobs = registry.blobs

        def redirect(seen: Seen) -> Reply | None:
            return (
                Reply(307, b"", {"Location": f"{elsewhere.server.url}{seen.path}"}) if "/blobs/" in seen.path else None
            )

        registry.before = redirect
        image = opened_at(registry.server.host)
        assert image.digest == digest
        assert read_blob(image, RAW) == RAW
    assert peers["registry"][0] is False  # when it was looked whether TLS is spoken there
    assert (set(peers["registry"][1:]), set(peers["elsewhere"])) == ({True}, {False})


@pytest.mark.peer
@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ca.crt", "nonsense", "ca.crt: not a certificate or a key"),
        ("client.cert", "nonsense", "client.cert: "),
        ("client.key", "nonsense", "client.key: its certificate client.cert is missing"),
    ],
)
def test_certificates_that_cannot_be_read(
    name: str, text: str, said: str, authority: Authority, tmp_path: Path
) -> None:
    trust(tmp_path / "certs", authority)
    (tmp_path / "certs" / name).write_text(text)
    with secure(authority) as registry, pytest.raises(RegistryError) as caught:
        opened_at(registry.server.host, cert_dir=tmp_path / "certs")
    assert said in str(caught.value)


@pytest.mark.peer
def test_blobs_over_tls_that_break_and_are_ended(authority: Authority, tmp_path: Path) -> None:
    trust(tmp_path / "certs", authority)
    raw = RAW * 8
    with secure(authority) as registry:
        registry.add_image(raw)
        cuts = iter([200_000, 300_000, 400_000])

        def before(seen: Seen) -> Reply | None:
            if seen.range is None:
                return None
            reply = registry.blob(str(Digest.of(raw)), seen)
            reply.cut = next(cuts, None)
            return reply

        image = opened_at(registry.server.host, cert_dir=tmp_path / "certs")
        registry.before = before
        assert read_blob(image, raw) == raw
        assert next(cuts, None) is None


# Proxies.


@dataclass
class TunnelProxy:
    """A proxy that knows where hosts are, and asks for a password."""

    targets: dict[str, int]
    heads: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[int]:
        listener = socket.create_server(("127.0.0.1", 0))

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def serve(self, connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        self.heads.append(head.decode())
        host = head.split(b" ")[1].decode()
        if base64.b64encode(b"me:word").decode() not in self.heads[-1]:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif host not in self.targets:
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self.targets[host])) as target:
                threading.Thread(target=pump, args=(target, connection), daemon=True).start()
                pump(connection, target)
        connection.close()


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.mark.peer
def test_a_registry_behind_a_proxy(
    authority: Authority, tmp_path: Path, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the proxy that knows where the registry is; what it leads to goes by the proxy too, addresses excepted."""
    trust(tmp_path / "certs", authority)
    with secure(authority) as registry:
        proxy = TunnelProxy(
            {"registry.example:443": registry.server.port, "elsewhere.example:443": registry.server.port}
        )
        digest = registry.add_image(RAW)
        with proxy.running() as port:
            monkeypatch.setenv("https_proxy", f"http://me:word@127.0.0.1:{port}")
            image = opened_at("registry.example", cert_dir=tmp_path / "certs")
            assert image.digest == digest
            assert read_blob(image, RAW) == RAW
            assert len(proxy.heads) == 1  # one connection for all of it
            assert "Authorization: Basic bWU6d29yZA==" in proxy.heads[0]
            assert not any("Proxy-Authorization" in seen.headers for seen in registry.server.seen)
            registry.before = lambda seen: (
                Reply(302, b"", {"Location": f"https://elsewhere.example{seen.path}"})
                if "/blobs/" in seen.path and seen.headers["Host"] != "elsewhere.example"
                else None
            )
            assert read_blob(opened_at("registry.example", cert_dir=tmp_path / "certs"), RAW) == RAW
            assert "elsewhere.example:443" in proxy.heads[-1]
            for host in ("169.254.169.254", "127.0.0.1", "localhost"):
                registry.before = lambda seen, host=host: (
                    Reply(302, b"", {"Location": f"https://{host}/"}) if "/blobs/" in seen.path else None
                )
                with pytest.raises(OSError, match=r"not followed"):
                    read_blob(opened_at("registry.example", cert_dir=tmp_path / "certs"), RAW)
            assert not [head for head in proxy.heads if "169.254" in head or "127.0.0.1" in head]
            with pytest.raises(
                RegistryError, match=r"none\.example: the proxy does not connect to it: .*502 Bad Gateway"
            ):
                opened_at("none.example")
            monkeypatch.setenv("https_proxy", f"http://me:wrong@127.0.0.1:{port}")
            with pytest.raises(RegistryError, match=r"the proxy does not connect to it: .*407 Proxy") as caught:
                opened_at("registry.example")
            assert "wrong" not in str(caught.value)


@pytest.mark.peer
def test_docker_hub(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hosts: one for manifests, one for tokens, one for blobs; only one of them learns who asks."""
    hosts = ("registry-1.docker.io", "auth.docker.io", "blobs.example")
    authority = make_authority(tmp_path / "hub", ",".join(f"DNS:{host}" for host in hosts))
    trust(home / ".config/containers/certs.d/docker.io", authority)
    write_auth(home, {"https://index.docker.io/v1/": {"auth": BASIC.removeprefix("Basic ")}})
    registry = FakeRegistry("library/nginx")
    digest = registry.add_image(RAW)
    with (
        Server(registry.answer, tls=server_context(authority)) as server,
        Server(lambda seen: bearer.give(seen), tls=server_context(authority)) as auth,
        Server(lambda seen: registry.blob(seen.path.rpartition("/")[2], seen), tls=server_context(authority)) as blobs,
    ):
        bearer = Bearer(server, "https://auth.docker.io/token")
        bearer.users = {"ada": BASIC}
        bearer.more = 'service="registry.docker.io",scope="repository:library/nginx:pull"'

        def before(seen: Seen) -> Reply | None:
            where = {"Location": f"https://blobs.example{seen.path}?signature=x"}
            return bearer(seen) or (Reply(307, b"", where) if "/blobs/" in seen.path else None)

        registry.before = before
        ports = (server.port, auth.port, blobs.port)
        with TunnelProxy({f"{host}:443": port for host, port in zip(hosts, ports, strict=True)}).running() as port:
            monkeypatch.setenv("https_proxy", f"http://me:word@127.0.0.1:{port}")
            image = open_image(ImageName.parse("nginx:1"), RegistrySettings(patience=SHORT))
            assert (image.digest, image.place) == (digest, "docker://docker.io/library/nginx:1")
            assert read_blob(image, RAW) == RAW
    assert [seen.authorization for seen in auth.seen] == [BASIC]
    assert auth.seen[0].query["scope"] == ["repository:library/nginx:pull"]
    assert {seen.authorization for seen in server.seen} == {"", "Bearer token-0"}
    assert {seen.authorization for seen in blobs.seen} == {""}
    assert {seen.headers["Host"] for seen in server.seen} == {"registry-1.docker.io"}
    assert [seen.method for seen in server.seen] == ["GET", "GET", "GET"]


def test_this_machine_is_asked_by_no_proxy(fake: FakeRegistry, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = fake.add_image(b"one")
    for name in ("https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert opened().digest == digest
