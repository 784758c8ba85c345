"""Real registries on this machine: docker-registry of Debian, and nginx before it.

Each is a process of its own, on a port that was free, with its files in a folder of the
test's; it goes when the test is done.
"""

import contextlib
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.images.tools import require_tool, run
from tests.patience import PATIENCE


@dataclass
class Server:
    """A process that listens."""

    port: int
    root: Path
    """The folder of its files."""
    host: str = "127.0.0.1"
    logs: dict[str, Path] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    def requests(self, log: str = "access") -> list["Logged"]:
        """What nginx was asked, in the order in which it answered."""
        lines = self.logs[log].read_text().splitlines() if self.logs[log].exists() else []
        return [Logged(*line.split("\t")) for line in lines]

    def forget(self) -> None:
        """Empty the logs."""
        for path in self.logs.values():
            path.write_text("")


@dataclass(frozen=True)
class Logged:
    """A request as nginx saw it."""

    method: str
    path: str
    status: str
    sent: str
    """Bytes of the body."""
    range: str
    authorization: str


_LOG_FORMAT = r"'$request_method\t$request_uri\t$status\t$body_bytes_sent\t$http_range\t$http_authorization'"


_PORTS = range(10_000, 32_768)
"""Below those that Linux gives by itself, so that no connection begins at one before it is listened at."""


def free_port() -> int:
    """A port that nobody listens at; by chance, as tests in other processes look for one too."""
    while True:
        port = secrets.choice(_PORTS)
        with contextlib.suppress(OSError), socket.socket() as found:
            found.bind(("127.0.0.1", port))
            return port


@contextmanager
def docker_registry(root: Path, *, logins: dict[str, str] | None = None) -> Iterator[Server]:
    """docker-registry with nothing in it.

    Args:
        root: a folder for its files.
        logins: users and passwords, where it is to ask for them.
    """
    program = require_tool("docker-registry")
    root.mkdir(parents=True, exist_ok=True)
    server = Server(free_port(), root)
    settings = [
        "version: 0.1",
        "log: {level: error}",
        f"storage: {{filesystem: {{rootdirectory: {root}/data}}, delete: {{enabled: true}}}}",
        f"http: {{addr: {server.address}}}",
    ]
    if logins:
        htpasswd = require_tool("htpasswd")
        lines = [run(htpasswd, "-Bbn", user, password).decode().strip() for user, password in logins.items()]
        (root / "htpasswd").write_text("\n".join(lines) + "\n")
        settings.append(f"auth: {{htpasswd: {{realm: here, path: {root}/htpasswd}}}}")
    (root / "registry.yml").write_text("\n".join(settings) + "\n")
    with _process([program, "serve", str(root / "registry.yml")], [server.port], root / "out"):
        yield server


@contextmanager
def nginx(root: Path, servers: str, ports: Sequence[int], logs: Sequence[str] = ("access",)) -> Iterator[Server]:
    """nginx with these servers.

    Args:
        root: a folder for its files.
        servers: the ``server`` blocks; ``LOG(name)`` in them is where requests are logged.
        ports: where it will listen.
        logs: their names.
    """
    program = require_tool("nginx")
    root.mkdir(parents=True, exist_ok=True)
    paths = {name: root / f"{name}.log" for name in logs}
    servers = re.sub(r"LOG\((\w+)\)", lambda found: f"access_log {paths[found[1]]} seen;", servers)
    folders = " ".join(
        f"{kind}_temp_path {root}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (root / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {root}/pid; error_log {root}/error.log;\n"
        f"events {{}}\nhttp {{ {folders} access_log off; log_format seen {_LOG_FORMAT};\n{servers}\n}}\n"
    )
    with _process([program, "-p", str(root), "-c", str(root / "nginx.conf")], ports, root / "out"):
        yield Server(ports[0], root, logs=paths)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own, and a certificate of it for this machine."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """Of the authority."""
        return self.folder / "ca.crt"

    @property
    def server(self) -> Path:
        """The certificate for ``localhost`` and ``127.0.0.1``."""
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        """The key of that."""
        return self.folder / "server.key"


def make_authority(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> Authority:
    """Make an authority, and a certificate and a key for these names."""
    openssl = require_tool("openssl")
    folder.mkdir(parents=True, exist_ok=True)
    made = Authority(folder)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30")
    run(openssl, "req", "-x509", *curve, "-subj", "/CN=tests", "-keyout", folder / "ca.key", "-out", made.certificate)
    run(openssl, "req", *curve[:-2], "-subj", "/CN=server", "-keyout", made.key, "-out", folder / "server.csr")
    (folder / "names").write_text(f"subjectAltName={names}\n")
    authority = ("-CA", made.certificate, "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "30")
    run(
        openssl,
        "x509",
        "-req",
        "-in",
        folder / "server.csr",
        *authority,
        "-extfile",
        folder / "names",
        "-out",
        made.server,
    )
    return made


@contextmanager
def _process(command: list[str], ports: Sequence[int], out: Path) -> Iterator[None]:
    with open(out, "wb") as log, subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process:
        try:
            for port in ports:
                _wait_for(port, process, out)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", out: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"nothing listens at port {port}: {out.read_text()}")
