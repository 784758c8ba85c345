"""Real registries: docker-registry by itself, with passwords, behind TLS, and with its blobs at another server."""

import base64
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.cache_folder import CacheFolder
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.layers.scan.build import build_index
from ocitui.spec.digest import Digest
from ocitui.transports.opening import open_reference
from ocitui.transports.registry.errors import MissingError, RegistryError
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.registry import RegistryImage, open_image, open_repository
from ocitui.transports.registry.settings import Login, RegistrySettings
from ocitui.transports.registry.tags import list_tags
from tests.commands.conftest import REPOSITORY
from tests.images import with_skopeo
from tests.images.with_registry import Authority, Logged, Server, docker_registry, free_port, make_authority, nginx
from tests.patience import wait_until

pytestmark = pytest.mark.peer

USER, PASSWORD = "ada", "a pass:word"
_PUSH = ("--dest-tls-verify=false", "--all", "--preserve-digests")


@dataclass(frozen=True)
class Site:
    """A registry of every kind with the same image in it: ``demo/app:1``."""

    plain: Server
    locked: Server
    """docker-registry that asks for a password."""
    front: Server
    """nginx with TLS, which leads to `storage` for every blob."""
    storage: Server
    """nginx with TLS, which refuses whoever shows credentials."""
    authority: Authority


@pytest.fixture(scope="module")
def site(demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("site")
    authority = make_authority(root / "authority")
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(docker_registry(root / "plain"))
        locked = stack.enter_context(docker_registry(root / "locked", logins={USER: PASSWORD}))
        for server, options in ((plain, ()), (locked, ("--dest-creds", f"{USER}:{PASSWORD}"))):
            source, target = f"oci:{demo_layout}:latest", f"docker://{server.address}/demo/app:1"
            with_skopeo.copy(source, target, *_PUSH, *options)
        ports = [free_port(), free_port()]
        front = stack.enter_context(
            nginx(root / "nginx", _servers(plain, locked, authority, ports), ports, ("front", "storage"))
        )
        yield Site(plain, locked, front, Server(ports[1], root, logs=front.logs), authority)


def _servers(plain: Server, locked: Server, authority: Authority, ports: list[int]) -> str:
    tls = f"ssl_certificate {authority.server}; ssl_certificate_key {authority.key};"
    return f"""
    server {{
        listen 127.0.0.1:{ports[0]} ssl; {tls} LOG(front)
        location ~ ^/v2/(.+)/blobs/(sha256):(..)(.+)$ {{
            if ($http_authorization = "") {{ proxy_pass http://{locked.address}; }}
            return 307 https://127.0.0.1:{ports[1]}/store/$2/$3/$3$4/data?signature=x;
        }}
        location / {{ proxy_pass http://{locked.address}; proxy_set_header Host $http_host; }}
    }}
    server {{
        listen 127.0.0.1:{ports[1]} ssl; {tls} LOG(storage)
        location /store/ {{
            if ($http_authorization) {{ return 400; }}
            alias {locked.root}/data/docker/registry/v2/blobs/;
        }}
    }}"""


def opened(server: Server, wanted: str = ":1", host: str = "127.0.0.1", **options: object) -> RegistryImage:
    name = ImageName.parse(f"{host}:{server.port}/demo/app{wanted}")
    return open_image(name, RegistrySettings(**options), CacheFolder())  # type: ignore[arg-type]


def digests(image: RegistryImage) -> list[str]:
    """Every node of the tree, and what is wrong with it."""
    return [f"{node.kind.value} {node.digest} {node.problems}" for node in [*build_tree(image).walk()][1:]]


def test_the_tree_is_that_of_the_layout(site: Site, demo_layout: Path) -> None:
    layout, _ = open_reference(f"oci:{demo_layout}")
    expected = [f"{node.kind.value} {node.digest}" for node in [*build_tree(layout).walk()][1:]]
    found = [line.rpartition(" ")[0] for line in digests(opened(site.plain))]
    assert set(found) <= set(expected)
    assert len(found) > 20
    assert all(line.endswith(" ()") for line in digests(opened(site.plain)))


def test_layers_are_scanned_and_files_read(site: Site, demo_layout: Path, tmp_path: Path) -> None:
    image = opened(site.plain)
    for digest in [*image.digests()]:
        image.locate(digest)
    node = next(node for node in build_tree(image).walk() if Image.of(node) is not None)
    found = Image.of(node)
    assert found is not None
    for layer in found.layers:
        target = tmp_path / f"{layer.number}.sqlite"
        summary = build_index(layer.request(image), target)
        assert (summary.verified, summary.damages) == (True, ())


def test_a_digest_and_a_name_that_is_none(site: Site) -> None:
    image = opened(site.plain)
    assert opened(site.plain, f"@{image.digest}").digest == image.digest
    with pytest.raises(MissingError, match="404 MANIFEST_UNKNOWN manifest unknown"):
        opened(site.plain, ":2")
    with pytest.raises(MissingError, match="404"):
        opened(site.plain, f"@{Digest.of(b'')}")


def test_tags_and_referrers(site: Site) -> None:
    name = ImageName.parse(f"{site.plain.address}/demo/app")
    assert [*list_tags(open_repository(name, RegistrySettings()).client)] == [["1"]]
    with pytest.raises(MissingError, match="404 NAME_UNKNOWN repository name not known to registry"):
        [*list_tags(open_repository(ImageName.parse(f"{site.plain.address}/none"), RegistrySettings()).client)]
    image = opened(site.plain)
    assert image.find_referrers(image.digest) == ()  # it knows nothing of them, and there is no tag


def test_a_password(site: Site, home: Path) -> None:
    with pytest.raises(RegistryError, match="no such repository, or one that asks for credentials; found none"):
        opened(site.locked)
    login = Login(USER, PASSWORD)
    assert digests(opened(site.locked, login=login)) == digests(opened(site.plain))
    with pytest.raises(RegistryError, match=r"the user 'ada' \(--creds\) may not read it"):
        opened(site.locked, login=Login(USER, "wrong"))
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    path = home / ".config/containers/auth.json"
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"auths": {{"{site.locked.address}": {{"auth": "{auth}"}}}}}}')
    assert opened(site.locked).digest == opened(site.plain).digest


def test_what_skopeo_logs_in_to_is_found(site: Site, home: Path, tmp_path: Path) -> None:
    with_skopeo.login(site.locked.address, USER, PASSWORD, home / ".config/containers/auth.json")
    assert opened(site.locked).digest == opened(site.plain).digest


def test_a_certificate_of_nobody(site: Site) -> None:
    with pytest.raises(RegistryError, match=r"is not trusted: .* \(`--cert-dir` names a folder with the CA"):
        opened(site.front, login=Login(USER, PASSWORD))
    assert opened(site.front, login=Login(USER, PASSWORD), tls_verify=False).digest == opened(site.plain).digest


@pytest.mark.parametrize("way", ["folder", "option", "environment"])
def test_a_certificate_of_an_own_authority(
    way: str, site: Site, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, object] = {"login": Login(USER, PASSWORD)}
    folder = home / f".config/containers/certs.d/127.0.0.1:{site.front.port}"
    if way == "environment":
        monkeypatch.setenv("SSL_CERT_FILE", str(site.authority.certificate))
    else:
        folder = folder if way == "folder" else tmp_path / "certs"
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(site.authority.certificate.read_bytes())
        if way == "option":
            options["cert_dir"] = folder
    assert digests(opened(site.front, **options)) == digests(opened(site.plain))


def test_a_name_of_another_machine_is_not_trusted(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(site.authority.certificate))
    assert opened(site.front, host="localhost", login=Login(USER, PASSWORD)).digest == opened(site.plain).digest
    other = make_authority(tmp_path / "other", "DNS:other.example")
    port = free_port()
    tls = f"ssl_certificate {other.server}; ssl_certificate_key {other.key};"
    monkeypatch.setenv("SSL_CERT_FILE", str(other.certificate))
    with nginx(tmp_path / "nginx", f"server {{ listen 127.0.0.1:{port} ssl; {tls} }}", [port]) as server:
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(RegistryError, match=r"its certificate is not trusted: (Hostname|IP address) mismatch"):
                opened(server, host=host)


def test_blobs_of_a_storage_that_refuses_credentials(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(site.authority.certificate))
    image = opened(site.front, login=Login(USER, PASSWORD))
    build_tree(image)
    digest, raw = largest_blob(site)

    def asked(log: str) -> list[Logged]:
        return [seen for seen in site.front.requests(log) if digest.encoded in seen.path]

    file = image.locate(digest).open()
    at = 0
    while piece := file.read_at(at, 1 << 16):
        assert piece == raw[at : at + len(piece)]
        at += len(piece)
    file.close()
    assert at == len(raw)
    wait_until(lambda: asked("front") and len(asked("storage")) > 1, "nginx logs what it has answered")
    front, storage = asked("front"), asked("storage")
    assert [(seen.status, seen.authorization[:6]) for seen in front] == [("307", "Basic ")]
    assert {seen.authorization for seen in storage} == {"-"}
    assert [seen.status for seen in storage] == ["206", "206"]
    assert sum(int(seen.sent) for seen in storage) == len(raw)
    file = image.locate(digest).open()
    assert file.read_at(len(raw) - 51, 51) == raw[-51:]
    assert len(asked("front")) == 1


def largest_blob(site: Site) -> tuple[Digest, bytes]:
    """The largest blob that the registry keeps."""
    paths = (site.locked.root / "data/docker/registry/v2/blobs").rglob("data")
    raw = max((path.read_bytes() for path in paths), key=len)
    return Digest.of(raw), raw


def test_plain_http_is_spoken_only_with_this_machine(site: Site, names: dict[str, list[str]]) -> None:
    names["registry.example"] = ["127.0.0.1"]
    with pytest.raises(RegistryError, match=r"the server does not speak TLS \(`--tls-verify=false` allows plain HTTP"):
        opened(site.plain, host="registry.example")
    assert opened(site.plain, host="registry.example", tls_verify=False).digest == opened(site.plain).digest
    with pytest.raises(RegistryError, match="the server does not speak TLS"):
        opened(site.plain, tls_verify=True)


def test_urllib3_is_loaded_where_a_registry_is_asked_and_nowhere_else(
    site: Site, demo_layout: Path, home: Path
) -> None:
    code = (
        "import sys; from ocitui.__main__ import main; code = main(sys.argv[1:]); "
        "print(code, 'urllib3' in sys.modules, 'ssl' in sys.modules, file=sys.stderr)"
    )

    def run(*arguments: str) -> str:
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
        return done.stderr.strip().splitlines()[-1]

    assert run("inspect", f"oci:{demo_layout}") == "0 False False"
    assert run("ls", f"oci:{demo_layout}") == "0 False False"
    assert run("./no-such-place") == "2 False False"
    assert run("no-such-place") == "2 False False"
    assert run("inspect", f"docker://{site.plain.address}/demo/app:1") == "0 True True"
