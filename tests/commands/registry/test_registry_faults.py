"""What a registry does wrong, as a command tells it: one message, exit code 2, and nothing of it is kept."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_INDEX, OCI_MANIFEST
from ocitui.transports.registry.patience import Patience
from ocitui.transports.registry.settings import RegistrySettings
from tests.commands.conftest import Run
from tests.layers.tars import END, member
from tests.transports.registry.conftest import SHORT, home  # noqa: F401
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

DATA = random.Random(2).randbytes(900_000)
LAYER = member(b"one", DATA) + member(b"two", b"2") + END
"""So large that a process of its own reads it."""
BLOB = str(Digest.of(LAYER))
JSON = {"Content-Type": OCI_MANIFEST}

Answer = Callable[[Seen], Reply | None]


@pytest.fixture
def patience() -> Patience:
    """How long the user waits; a busy machine may take its time."""
    return SHORT


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, patience: Patience) -> Iterator[FakeRegistry]:
    """A registry with an image, for users who do not wait long before they ask again."""
    original = RegistrySettings.from_environment

    def hasty(**given: Any) -> RegistrySettings:
        return replace(original(**given), patience=patience)

    monkeypatch.setattr(RegistrySettings, "from_environment", hasty)
    with fake_registry() as (registry, server):
        registry.server = server
        registry.add_image(LAYER)
        yield registry


@pytest.fixture
def server(fake: FakeRegistry) -> Server:
    return fake.server


@pytest.fixture
def image(server: Server) -> str:
    return f"docker://{server.host}/{REPOSITORY}:1"


def kept(cache: Path) -> set[str]:
    """The kinds of what is in the cache."""
    return {path.suffix for path in cache.rglob("*") if path.is_file()}


def on_manifest(reply: Reply) -> Callable[[FakeRegistry], Answer]:
    """Another answer to who asks for the image."""
    return lambda fake: lambda seen: reply if "/manifests/" in seen.path else None


def in_circles(fake: FakeRegistry) -> Answer:
    """Redirects that never end."""
    return lambda seen: Reply(307, b"", {"Location": seen.path}) if "/manifests/" in seen.path else None


def two_digests(fake: FakeRegistry) -> Answer:
    """A manifest that is another one than is said."""
    said = {"Docker-Content-Digest": f"sha256:{'0' * 64}", **JSON}
    return lambda seen: Reply(200, fake.manifests["1"][1], said) if "/manifests/" in seen.path else None


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (on_manifest(Reply(200, b"<html>log in</html>", {"Content-Type": "text/html"})), "found 'text/html'"),
        (on_manifest(Reply(200, b"<html>log in</html>", JSON)), "expected JSON, found something else"),
        (on_manifest(Reply(200, b'{"schemaVersion": 2, "config": {}, "layers": []}', {"Content-Type": OCI_INDEX})), ""),
        (on_manifest(Reply(200, b"[]", {"Content-Type": "application/vnd.oci.image.config.v1+json"})), "found"),
        (on_manifest(Reply(200, b"{}", JSON, length=100, cut=2)), "the connection broke"),
        (on_manifest(Reply(500, b"oops")), "500 Internal Server Error"),
        (on_manifest(error(429, "TOOMANYREQUESTS", "slow down")), "429 TOOMANYREQUESTS slow down"),
        (in_circles, "expected at most 5 redirects, found more"),
        (two_digests, f"expected digest sha256:{'0' * 64}, found sha256:"),
    ],
)
def test_a_document_that_is_wrong(
    make: Callable[[FakeRegistry], Answer], said: str, fake: FakeRegistry, image: str, run: Run, cache_dir: Path
) -> None:
    fake.before = make(fake)
    found = run("inspect", image)
    assert (found.code, found.out) == (2, b"")
    assert said in found.message
    assert kept(cache_dir) == set()


@pytest.mark.parametrize("patience", [replace(SHORT, document=1)], ids=[""])
def test_a_document_that_comes_drop_by_drop(fake: FakeRegistry, image: str, run: Run, cache_dir: Path) -> None:
    slow = on_manifest(Reply(200, b"{" + b" " * 500, JSON, drip=(1, 0.1)))
    test_a_document_that_is_wrong(slow, "not whole after 1 s", fake, image, run, cache_dir)


def wrong_part(fake: FakeRegistry, seen: Seen) -> Reply:
    """Another part of the blob than was asked for."""
    return Reply(206, LAYER[:100], {"Content-Range": f"bytes 0-99/{len(LAYER)}"})


def short_body(fake: FakeRegistry, seen: Seen) -> Reply:
    """A body that ends before it should, each time."""
    reply = fake.blob(BLOB, seen)
    reply.cut = 100
    return reply


def another(fake: FakeRegistry, seen: Seen) -> Reply:
    """Other bytes, as many as there should be."""
    fake.blobs[BLOB] = LAYER[:1000] + bytes([LAYER[1000] ^ 1]) + LAYER[1001:]
    return fake.blob(BLOB, seen)


def too_many(fake: FakeRegistry, seen: Seen) -> Reply:
    """More bytes than the descriptor says."""
    fake.blobs[BLOB] = LAYER + b"x"
    return fake.blob(BLOB, seen)


def silent(fake: FakeRegistry, seen: Seen) -> Reply:
    """Bytes that come one by one."""
    reply = fake.blob(BLOB, seen)
    reply.drip = (1, 0.02)
    return reply


@pytest.mark.slow
@pytest.mark.parametrize(
    ("give", "said"),
    [
        (wrong_part, "found Content-Range 'bytes 0-99/"),
        (short_body, "the connection broke in the middle of an answer"),
        (another, f"expected {BLOB}, found sha256:"),
        (too_many, f"expected {len(LAYER):,} bytes, found {len(LAYER) + 1:,}"),
        (lambda fake, seen: Reply(200, b"<html>", {"Content-Type": "text/html"}), "found 6"),
        (lambda fake, seen: Reply(307, b"", {"Location": seen.path}), "expected at most 5 redirects"),
        (lambda fake, seen: error(503, "UNAVAILABLE", "later"), "503 UNAVAILABLE later"),
        (lambda fake, seen: error(403, "DENIED", "no"), "403 DENIED no"),
    ],
)
def test_a_layer_that_is_wrong(
    give: Callable[[FakeRegistry, Seen], Reply], said: str, fake: FakeRegistry, image: str, run: Run, cache_dir: Path
) -> None:
    """Its index is not kept; the documents are right, and are."""
    fake.before = lambda seen: give(fake, seen) if seen.path.endswith(BLOB) else None
    found = run("ls", image)
    assert found.code == 2
    assert found.err.count("\n") == 1, found.err
    assert said in found.err
    assert kept(cache_dir) == {".document", ".tag"}


@pytest.mark.slow
@pytest.mark.parametrize("patience", [replace(SHORT, drip=1)], ids=[""])
def test_a_layer_that_comes_drop_by_drop(fake: FakeRegistry, image: str, run: Run, cache_dir: Path) -> None:
    test_a_layer_that_is_wrong(silent, "hardly anything comes", fake, image, run, cache_dir)


@pytest.mark.slow
def test_a_token_that_runs_out_while_a_layer_comes(fake: FakeRegistry, server: Server, image: str, run: Run) -> None:
    """The process that reads the layer gets another one, and goes on at the right byte."""
    bearer = Bearer(server, uses=3)
    cuts = iter([200_000, 500_000])

    def before(seen: Seen) -> Reply | None:
        told = bearer(seen)
        if told is None and seen.path.endswith(BLOB) and (seen.range or (0, 0))[0]:
            reply = fake.blob(BLOB, seen)
            reply.cut = next(cuts, None)
            return reply
        return told

    fake.before = before
    found = run("ls", image, "-l")
    assert (found.code, found.err) == (0, "")
    assert len(bearer.given) > 1
    assert server.sent - sum(map(len, (raw for _, raw in fake.manifests.values()))) < len(LAYER) + 10_000
    assert run("cat", image, "/one").out == DATA


def test_a_tag_that_moves_while_it_is_asked_for(fake: FakeRegistry, image: str, run: Run) -> None:
    assert run("inspect", image).code == 0
    other = fake.add_image(b"other", tag="")

    def before(seen: Seen) -> Reply | None:
        if seen.method == "HEAD":
            return Reply(200, b"", {"Docker-Content-Digest": str(other), **JSON})
        return error(404, "MANIFEST_UNKNOWN", "gone") if str(other) in seen.path else None

    fake.before = before
    found = run("inspect", image)
    assert (found.code, found.out) == (2, b"")
    assert found.message.endswith("it was moved or deleted while it was read; try again")


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_a_long_pause_is_said_and_ended_by_ctrl_c(status: int, server: Server, image: str) -> None:
    server.answer = lambda seen: error(status, "TOOMANYREQUESTS", "slow down", Retry_After="3600")
    with subprocess.Popen(
        [sys.executable, "-m", "ocitui", "ls", image], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert (
            said == f"ocitui: {server.host}: {status} TOOMANYREQUESTS slow down; waiting 60 s (it asks for 3,600 s)\n"
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 130, "it did not wait for the 60 seconds"
        assert "Traceback" not in process.stderr.read()


def test_nothing_of_a_message_is_drawn(fake: FakeRegistry, image: str, run: Run) -> None:
    fake.before = lambda seen: Reply(
        400, json.dumps({"errors": [{"code": "X", "message": "\x1b[2J\u202e\n[red]"}]}).encode()
    )
    found = run("inspect", image)
    assert found.code == 2
    assert "\x1b" not in found.err
    assert "\u202e" not in found.err
    assert "\\x1b[2J" in found.message
