"""A registry that does what a test tells it to: right by itself, wrong where it is told."""

import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST

REPOSITORY = "team/app"


@dataclass
class Seen:
    """A request."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def range(self) -> tuple[int, int] | None:
        """First and last byte of what is asked for."""
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        return (int(found[1]), int(found[2])) if found else None

    @property
    def authorization(self) -> str:
        return self.headers.get("Authorization", "")


@dataclass
class Reply:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """What ``Content-Length`` says, if it is not the truth; -1 for nothing."""
    cut: int | None = None
    """Bytes after which the connection is closed."""
    reset: bool = False
    """Whether it is closed as hard as can be."""
    drip: tuple[int, float] | None = None
    """Bytes that are sent at once, and the seconds between them."""
    head_delay: float = 0
    """Seconds between two lines of the head."""


def error(status: int, code: str, message: str, **headers: str) -> Reply:
    """A refusal as distribution-spec has it."""
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body, {"Content-Type": "application/json", **named})


class Server:
    """Answers by a function. Everything it is asked is kept."""

    def __init__(
        self, answer: Callable[[Seen], Reply], address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.answer = answer
        self.seen: list[Seen] = []
        self.sent = 0
        """Bytes of all bodies."""
        self.connections = 0
        self.on_connect: Callable[[Any], object] = lambda connection: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def handle(self) -> None:
                if not outer.is_tls and self.connection.recv(1, socket.MSG_PEEK) == b"\x16":  # as Go's servers do
                    self.connection.recv(1 << 16)
                    self.wfile.write(
                        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n"
                    )
                    return
                if outer.is_tls:
                    self.connection.do_handshake()
                outer.on_connect(self.connection)
                super().handle()

            def do_GET(self) -> None:
                outer._handle(self)

            do_HEAD = do_POST = do_GET

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._listener = Listener((address, 0), Handler)
        self.port = self._listener.server_address[1]
        self.address = address
        self.is_tls = tls is not None
        if tls is not None:
            self._listener.socket = tls.wrap_socket(
                self._listener.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def host(self) -> str:
        """Host and port."""
        return f"{self.address}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.is_tls else 'http'}://{self.host}"

    def asked(self, path: str = "") -> list[str]:
        """Method and path of each request whose path has this in it."""
        return [f"{seen.method} {seen.path}" for seen in self.seen if path in seen.path]

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        seen = Seen(handler.command, parts.path, parse_qs(parts.query), handler.headers, body)
        self.seen.append(seen)
        try:
            self._send(handler, self.answer(seen))
        except OSError:
            handler.close_connection = True

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        out = handler.wfile
        length = len(reply.body) if reply.length is None else reply.length
        lines = [f"HTTP/1.1 {reply.status} {BaseHTTPRequestHandler.responses.get(reply.status, ('x',))[0]}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines += [f"Content-Length: {length}"] if length >= 0 else []
        for line in (*lines, ""):
            out.write(line.encode("latin-1") + b"\r\n")
            if reply.head_delay:
                out.flush()
                time.sleep(reply.head_delay)
        handler.close_connection = length < 0 or reply.cut is not None
        if handler.command == "HEAD":
            return
        body = reply.body if reply.cut is None else reply.body[: reply.cut]
        step, pause = reply.drip or (1 << 16, 0.0)
        for start in range(0, len(body), step):
            self.sent += len(body[start : start + step])
            out.write(body[start : start + step])
            if pause:
                out.flush()
                time.sleep(pause)
        if reply.reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class FakeRegistry:
    """What a registry holds, and how it answers."""

    def __init__(self, repository: str = REPOSITORY) -> None:
        self.repository = repository
        self.manifests: dict[str, tuple[str, bytes]] = {}
        """By digest and by tag: media type and bytes."""
        self.blobs: dict[str, bytes] = {}
        self.before: Callable[[Seen], Reply | None] = lambda seen: None
        """What a test answers instead."""
        self.has_ranges = True
        self.server: Server
        self.has_digest = True
        """Whether it says the digest of a manifest."""

    def add_blob(self, raw: bytes) -> Digest:
        digest = Digest.of(raw)
        self.blobs[str(digest)] = raw
        return digest

    def add_manifest(self, raw: bytes, media_type: str, *tags: str) -> Digest:
        digest = Digest.of(raw)
        for name in (str(digest), *tags):
            self.manifests[name] = media_type, raw
        return digest

    def add_image(self, *layers: bytes, tag: str = "1", architecture: str = "amd64", **more: object) -> Digest:
        """An image of these layers, which need not be any."""
        diff_ids = [str(Digest.of(layer)) for layer in layers]
        rootfs = {"type": "layers", "diff_ids": diff_ids}
        config = json.dumps({"architecture": architecture, "os": "linux", "rootfs": rootfs})
        found = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": descriptor(OCI_CONFIG, self.add_blob(config.encode()), len(config)),
            "layers": [descriptor(OCI_LAYER, self.add_blob(layer), len(layer)) for layer in layers],
            **more,
        }
        return self.add_manifest(json.dumps(found).encode(), OCI_MANIFEST, *([tag] if tag else []))

    def add_index(self, *manifests: Digest, tag: str = "1") -> Digest:
        """An index of manifests that are there."""
        listed = []
        for digest in manifests:
            media_type, raw = self.manifests[str(digest)]
            listed.append(descriptor(media_type, digest, len(raw)))
        raw = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}).encode()
        return self.add_manifest(raw, OCI_INDEX, tag)

    def add_layout(self, layout: Path, tag: str) -> None:
        """All that is in a layout, with its first image under a tag."""
        for path in (layout / "blobs").glob("*/*"):
            self.add_blob(path.read_bytes())
        listed = json.loads((layout / "index.json").read_text())["manifests"]
        waiting = [(listed[0], (tag,)), *((each, ()) for each in listed[1:])]
        while waiting:
            entry, tags = waiting.pop()
            raw = self.blobs[entry["digest"]]
            self.add_manifest(raw, entry["mediaType"], *tags)
            waiting += [(each, ()) for each in json.loads(raw).get("manifests", ())]

    def answer(self, seen: Seen) -> Reply:
        """The answer to a request."""
        told = self.before(seen)
        if told is not None:
            return told
        found = re.fullmatch(rf"/v2/{self.repository}/(manifests|blobs)/([^/]+)", seen.path)
        if found is None:
            return Reply(404, b"404 page not found\n", {"Content-Type": "text/plain"})
        if found[1] == "blobs":
            return self.blob(found[2], seen)
        return self.manifest(found[2], seen)

    def manifest(self, name: str, seen: Seen) -> Reply:
        media_type, raw = self.manifests.get(name, ("", b""))
        if not raw or media_type not in seen.headers.get("Accept", ""):
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        said = {"Docker-Content-Digest": str(Digest.of(raw))} if self.has_digest else {}
        return Reply(200, raw, {"Content-Type": media_type, **said})

    def blob(self, name: str, seen: Seen) -> Reply:
        raw = self.blobs.get(name)
        if raw is None:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        wanted = seen.range
        if wanted is None or not self.has_ranges:
            return Reply(200, raw, {"Content-Type": "application/octet-stream"})
        start, end = wanted[0], min(wanted[1] + 1, len(raw))
        if start >= len(raw):
            return Reply(416, b"x" * 33, length=len(raw))
        return Reply(206, raw[start:end], {"Content-Range": f"bytes {start}-{end - 1}/{len(raw)}"})


class Bearer:
    """Tokens for a `FakeRegistry`, with a life counted in requests."""

    def __init__(self, server: Server, realm: str = "", uses: int = 10**9) -> None:
        """
        Args:
            server: the registry.
            realm: where tokens are; by default at the registry.
            uses: requests that a token is good for.
        """
        self.server = server
        self.realm = realm or f"{server.url}/token?x=1"
        self.uses = uses
        self.given: list[str] = []
        self.users: dict[str, str] = {}
        """``Authorization`` by user: any other gets no token; anybody does where there are none."""
        self.refresh_token = ""
        self.more = 'service="the, service"'
        self._left: dict[str, int] = {}

    def __call__(self, seen: Seen) -> Reply | None:
        if seen.path == "/token":
            return self.give(seen)
        if not seen.path.startswith("/v2/"):
            return None
        token = seen.authorization.removeprefix("Bearer ")
        if self._left.get(token, 0) > 0:
            self._left[token] -= 1
            return None
        return error(
            401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=f'Bearer realm="{self.realm}",{self.more}'
        )

    def give(self, seen: Seen) -> Reply:
        """A token, if whoever asks may have one."""
        if seen.method == "POST":
            fields = parse_qs(seen.body.decode())
            if fields.get("refresh_token") != [self.refresh_token]:
                return error(401, "UNAUTHORIZED", "no")
        elif self.users and seen.authorization not in self.users.values():
            return error(401, "UNAUTHORIZED", "incorrect username or password")
        token = f"token-{len(self.given)}"
        self.given.append(token)
        self._left[token] = self.uses
        name = "access_token" if seen.method == "POST" else "token"
        return Reply(200, json.dumps({name: token}).encode(), {"Content-Type": "application/json"})


def descriptor(media_type: str, digest: Digest, size: int) -> dict[str, object]:
    """A pointer to a blob."""
    return {"mediaType": media_type, "digest": str(digest), "size": size}


@contextmanager
def fake_registry(**options: Any) -> Iterator[tuple[FakeRegistry, Server]]:
    """A registry that listens."""
    registry = FakeRegistry()
    with Server(registry.answer, **options) as server:
        yield registry, server
