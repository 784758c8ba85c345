"""Every command on an image in a registry: the answers are those of the same image in a layout."""

import base64
import json
import random
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from ocitui.cache_folder import default_root
from ocitui.commands.opened import fetch_limit, registry
from ocitui.config_folder import settings_path
from ocitui.display import format_size
from ocitui.layers.compression import unpacked
from ocitui.layers.scan import process
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_INDEX, OCI_LAYER, OCI_MANIFEST
from tests.commands.conftest import Run, spawn
from tests.images import with_skopeo
from tests.images.with_registry import docker_registry
from tests.layers.tars import END, member
from tests.transports.registry.conftest import home  # noqa: F401
from tests.transports.registry.scripted import (
    REPOSITORY,
    Bearer,
    FakeRegistry,
    Reply,
    Seen,
    Server,
    descriptor,
    error,
    fake_registry,
)

DSSE = "application/vnd.dsse.envelope.v1+json"
"""The media type of statements in envelopes, as cosign writes them."""

COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("ls", "IMAGE", "-R", "-l"), ("ls", "IMAGE", "--layer", "6"), ("which", "IMAGE", "/etc/passwd")),
    *(("cat", "IMAGE", "/etc/os-release"), ("cat", "IMAGE", "/srv/paperboat/app.py", "--layer", "6")),
    *(("find", "IMAGE", "name:*.py"), ("find", "IMAGE", "text:flask"), ("waste", "IMAGE"), ("history", "IMAGE")),
    *(("digest", "IMAGE"), ("digest", "IMAGE", "--platform", "linux/arm64"), ("inspect", "IMAGE", "--raw")),
    *(("inspect", "IMAGE", "--config"), ("ci", "IMAGE"), ("diff", "IMAGE", "oci:LAYOUT:latest")),
    *(("diff", "IMAGE", "--platform", "linux/amd64", "--platform", "linux/arm64", "--stat"),),
    *(("diff", "IMAGE", "--layer", "7"), ("which", "IMAGE", "/no/such/path"), ("blob", "IMAGE", "FIRST", "--force")),
)
"""Commands that read; the last words of ``cat`` are of the demo image."""


@pytest.fixture(scope="module")
def real_registry(demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo image in a docker-registry."""
    with docker_registry(tmp_path_factory.mktemp("registry")) as found:
        name = f"docker://{found.address}/demo/app:1"
        with_skopeo.copy(f"oci:{demo_layout}:latest", name, "--dest-tls-verify=false", "--all", "--preserve-digests")
        yield name


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    """A registry that does what it is told."""
    with fake_registry() as (registry, server):
        registry.server = server
        yield registry


@pytest.fixture
def server(fake: FakeRegistry) -> Server:
    """The server of it."""
    return fake.server


@pytest.fixture
def image(fake: FakeRegistry, server: Server, demo_layout: Path) -> str:
    """The demo image in a scripted registry."""
    fake.add_layout(demo_layout, "1")
    return f"docker://{server.host}/{REPOSITORY}:1"


def compare(run: Run, image: str, layout: Path, commands: Iterable[tuple[str, ...]]) -> None:
    """Run commands on both, and compare what they say."""
    other = f"oci:{layout}:latest"
    first = json.loads(run("inspect", other, "--json").out)["image"]["layers"][0]["digest"]
    for command in commands:
        found, expected = (
            run(
                *(
                    word.replace("IMAGE", each).replace("LAYOUT", str(layout)).replace("FIRST", first)
                    for word in command
                )
            )
            for each in (image, other)
        )
        assert found.code == expected.code, (command, found.err)
        assert found.out.replace(image.encode(), other.encode()) == expected.out, command
        assert found.err == expected.err, command


@pytest.mark.slow
def test_commands_answer_as_of_a_layout(image: str, demo_layout: Path, run: Run) -> None:
    compare(run, image, demo_layout, COMMANDS[:4])


@pytest.mark.peer
def test_commands_answer_as_of_a_layout_in_docker_registry(real_registry: str, demo_layout: Path, run: Run) -> None:
    compare(run, real_registry, demo_layout, COMMANDS)
    found = run("verify", real_registry)
    assert (found.code, found.lines[-1].partition(",")[0]) == (0, "intact: 26 blobs"), found.text


@pytest.mark.peer
def test_files_are_written(real_registry: str, demo_layout: Path, run: Run, tmp_path: Path) -> None:
    for name, image in (("a", real_registry), ("b", f"oci:{demo_layout}:latest")):
        assert run("extract", image, "/etc", "/srv", "-o", tmp_path / name).code == 0
    assert (
        subprocess.run(
            ["diff", "-r", "--no-dereference", "-x", "*.fifo", tmp_path / "a", tmp_path / "b"], check=False
        ).returncode
        == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 4])
def test_a_layer_that_is_missing_is_said_as_of_a_layout(
    number: int, fake: FakeRegistry, image: str, demo_layout: Path, run: Run, tmp_path: Path
) -> None:
    """A large one, which is read in a process of its own, and a small one; and it is missing, not damaged."""
    layout = shutil.copytree(demo_layout, tmp_path / "layout")
    digest = run("inspect", f"oci:{layout}:latest", "--json").json["image"]["layers"][number - 1]["digest"]
    del fake.blobs[digest]
    (layout / "blobs" / digest.replace(":", "/")).unlink()
    commands = (
        *(("ls", "IMAGE"), ("which", "IMAGE", "/no/such/path"), ("ci", "IMAGE"), ("waste", "IMAGE")),
        *(("ls", "IMAGE", "--layer", str(number)), ("cat", "IMAGE", "/etc/os-release")),
        ("verify", "IMAGE", "--sparse", "--quiet"),
    )
    compare(run, image, layout, commands)
    found = run("verify", image)
    assert found.code == 1
    at = found.lines.index(f"layer {number} ({digest}): wrong")
    assert found.lines[at + 1] == "  error: blob missing [image-spec, Image Layout: Blobs]"
    found = run("blob", image, digest)
    assert (found.code, found.message) == (1, f"{image}: no blob {digest}")


def test_the_documents_are_listed_and_those_of_other_platforms_not_asked_for(
    image: str,
    server: Server,
    run: Run,
) -> None:
    tree = run("inspect", image, "--json").json["tree"]
    asked = server.asked()
    assert [line.rpartition("/")[0] for line in asked] == [
        f"GET /v2/{REPOSITORY}/manifests",
        f"GET /v2/{REPOSITORY}/manifests",
        f"GET /v2/{REPOSITORY}/blobs",
    ]
    read = {child["platform"]: not child.get("unread") for child in tree["children"] if child["kind"] == "image"}
    assert read == {"linux/amd64": True, "linux/arm64/v8": False}
    server.seen.clear()
    lines = run("inspect", image).lines
    assert server.asked() == [f"HEAD /v2/{REPOSITORY}/manifests/1"]
    assert [line.rpartition("  ")[2] for line in lines if "linux/arm64" in line and "─" in line] == ["not asked for"]
    assert "  one of 2 images; a tag or --platform chooses another" in lines
    assert run("inspect", image, "--platform", "linux/arm64").code == 0
    assert run("inspect", image, "--platform", "linux/s390x").message == (
        "no image for linux/s390x; the platforms are: linux/amd64, linux/arm64/v8"
    )


@pytest.mark.parametrize(("machine", "is_said"), [("x86_64", False), ("aarch64", False), ("riscv64", True)])
def test_where_none_is_for_this_machine_it_is_said_which_was_taken(
    machine: str, is_said: bool, image: str, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a layout, though the others are not asked for."""
    monkeypatch.setattr("platform.machine", lambda: machine)
    done = run("history", image)
    assert len(server.asked("/manifests/")) == 2
    said = f"{image}: took 1 (linux/amd64) of 2 images; name another: {image} --platform linux/arm64/v8"
    assert done.err == (f"ocitui: {said}\n" if is_said else "")
    for platform in ("linux/amd64", "linux/arm64/v8"):
        assert run("history", image, "--platform", platform).err == ""


@pytest.mark.slow
def test_a_layer_is_fetched_once(image: str, fake: FakeRegistry, server: Server, run: Run) -> None:
    layers = [each["digest"] for each in run("inspect", image, "--json").json["image"]["layers"]]
    server.sent = 0
    assert run("ls", image).code == 0
    assert server.sent == sum(len(fake.blobs[digest]) for digest in set(layers))
    server.seen.clear()
    for command in (("ls", image, "-R"), ("which", image, "/etc/passwd"), ("ci", image)):
        run(*command)
    assert not server.asked("/blobs/")
    run("verify", image, "--platform", "linux/amd64")
    assert {digest for digest in layers if server.asked(digest)} == set(layers)


def test_what_is_known_of_a_layout_is_not_fetched(image: str, server: Server, demo_layout: Path, run: Run) -> None:
    assert run("ls", f"oci:{demo_layout}:latest").code == 0
    config = run("inspect", image, "--json").json["image"]
    server.seen.clear()
    assert run("which", image, "/etc/passwd").code == 0
    assert not [layer for layer in config["layers"] if server.asked(layer["digest"])]


@pytest.mark.slow
def test_a_server_that_ignores_ranges(
    image: str, fake: FakeRegistry, server: Server, demo_layout: Path, run: Run
) -> None:
    fake.has_ranges = False
    for path in ("/etc/os-release", "/srv/paperboat/app.py"):
        found = run("cat", image, path)
        assert (found.code, found.out) == (0, run("cat", f"oci:{demo_layout}:latest", path).out)
    layers = {layer["digest"] for layer in run("inspect", image, "--json").json["image"]["layers"]}
    assert {len(server.asked(digest)) for digest in layers} == {1}


@pytest.mark.slow
def test_a_blob_that_is_not_what_its_digest_says(image: str, fake: FakeRegistry, run: Run) -> None:
    layers = run("inspect", image, "--json").json["image"]["layers"]
    digest = layers[0]["digest"]
    raw = bytearray(fake.blobs[digest])
    raw[-5] ^= 1
    fake.blobs[digest] = bytes(raw)
    found = run("verify", image, "--platform", "linux/amd64")
    assert found.code == 1
    assert f"expected {digest}, found {Digest.of(bytes(raw))}" in found.text
    del fake.blobs[digest]
    found = run("verify", image, "--platform", "linux/amd64")
    assert found.code == 1
    assert "error: blob missing" in found.text


def test_much_is_not_fetched_unasked(
    image: str,
    server: Server,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetch_limit, "FETCHED_UNASKED", 700_000)
    layers = [layer["digest"] for layer in run("inspect", image, "--json").json["image"]["layers"]]
    server.seen.clear()
    for command in (("ls", image), ("verify", image), ("find", image, "x"), ("extract", image, "/etc", "-o", "/none")):
        found = run(*command)
        assert (found.code, found.out) == (2, b"")
        assert found.message.endswith(" must be fetched from the registry; --yes fetches them")
    assert run("ls", image).message.startswith("786.9 kB must be")
    assert not [digest for digest in layers if server.asked(digest)]
    assert run("ls", image, "--layer", "1").code == 0  # which is less
    assert run("ls", image, "/etc", "--yes").code == 0
    assert run("ls", image, "/etc").code == 0  # which is known by now


@pytest.mark.slow
def test_contents_are_counted_too(image: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that are known are fetched once more, where everything in them is read."""
    assert run("ls", image).code == 0
    monkeypatch.setattr(fetch_limit, "FETCHED_UNASKED", 300_000)
    assert run("cat", image, "/etc/os-release").code == 0
    found = run("find", image, "text:xyzzy", "size>0")
    assert found.code == 2
    assert "more than 300.0 kB must be fetched from the registry; --yes fetches them" in found.err
    assert run("find", image, "text:xyzzy", "--yes").code == 1


@pytest.mark.parametrize("has_ranges", [True, False])
def test_layers_whose_contents_are_all_read_are_fetched_once(
    has_ranges: bool, fake: FakeRegistry, server: Server, run: Run, tmp_path: Path
) -> None:
    """Though nothing is known of them yet: a large one, which a process of its own reads, and one that is read here."""
    fake.has_ranges = has_ranges
    root = default_root()
    data = random.Random(3).randbytes(1_000_000)
    layers = (member(b"a", data[:800_000]) + END, member(b"b", data[800_000:]) + END)
    fake.add_image(*layers)
    image = f"docker://{server.host}/{REPOSITORY}:1"
    for command in (
        ("export", image, "-o", tmp_path / "tar"),
        ("extract", image, "/", "-o", tmp_path / "all"),
        ("extract", image, "/", "--layer", "1", "-o", tmp_path / "one"),
        ("find", image, "text:xyzzy"),
    ):
        shutil.rmtree(root, ignore_errors=True)
        server.sent = 0
        assert run(*command).code == (1 if command[0] == "find" else 0)
        size = len(layers[0]) + (len(layers[1]) if "--layer" not in command else 0)
        assert server.sent < size + 4000  # and documents
        if has_ranges:
            assert not [*root.glob("blobs/v*/*/*")]
    assert (tmp_path / "all" / "a").read_bytes() + (tmp_path / "all" / "b").read_bytes() == data
    with tarfile.open(tmp_path / "tar") as tar:
        assert [(each.name, each.size) for each in tar] == [("a", 800_000), ("b", 200_000)]


def test_much_is_asked_about_before_contents_are_fetched(
    fake: FakeRegistry, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of layers that are known; one whose files are all replaced is not fetched, and is not counted where they are."""
    data = random.Random(2).randbytes(600_000)
    old, new = (member(b"a", data[start : start + 200_000]) + END for start in (0, 200_000))
    fake.add_image(old, new, member(b"b", data[400_000:]) + END)
    image = f"docker://{server.host}/{REPOSITORY}:1"
    assert run("ls", image).code == 0
    size = len(old)
    monkeypatch.setattr(fetch_limit, "FETCHED_UNASKED", 2 * size - 1)
    output = tmp_path / "out"
    for command, count in (
        (("export", image, "-o", output), 2),
        (("extract", image, "/", "-o", output), 2),
        (("find", image, "text:xyzzy"), 3),
        (("find", image, "text:xyzzy", "layer:2-3"), 2),
    ):
        server.sent, server.seen[:] = 0, []
        found = run(*command)
        assert (found.code, found.out) == (2, b"")
        assert found.message == (
            f"about {format_size(count * size)} must be fetched from the registry; --yes fetches them"
        )
        assert not server.asked("/blobs/")
        assert not output.exists()
    assert run("extract", image, "/", "--layer", "2", "-o", tmp_path / "one").code == 0
    monkeypatch.setattr(fetch_limit, "FETCHED_UNASKED", 2 * size + 1000)
    assert run("extract", image, "/", "-o", output).code == 0
    assert (output / "a").read_bytes() + (output / "b").read_bytes() == data[200_000:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('"all"', ""),
        ('"1 MB"', ""),
        ('"300 kB"', "786.9 kB must be fetched from the registry; --yes fetches them"),
        ("300", 'SETTINGS: fetch_without_asking: must be a size like "2 GB", or "all"'),
        ('"much"', 'SETTINGS: fetch_without_asking: must be a size like "2 GB", or "all"'),
    ],
)
def test_a_setting_stands_for_yes(value: str, said: str, image: str, run: Run, config_dir: Path) -> None:
    settings_path().write_text(f"fetch_without_asking = {value}\n[keys]\nno_such_key = 1\n")
    found = run("ls", image)
    assert found.code == (2 if said else 0)
    assert found.err == (f"ocitui: {said.replace('SETTINGS', str(settings_path()))}\n" if said else "")
    if "--yes" in said:
        assert run("ls", image, "--yes").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_the_user_is_asked(
    answer: bool, image: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(fetch_limit, "FETCHED_UNASKED", 700_000)
    monkeypatch.setattr(registry, "_is_asking_possible", lambda: True)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text) or answer)
    found = run("diff", image, "--platform", "linux/amd64", "--platform", "linux/arm64")
    assert asked == ["786.9 kB must be fetched from the registry. Fetch them?"]
    assert found.code == (1 if answer else 2)
    assert ("no more was fetched" in found.err) is (not answer)


@pytest.mark.slow
def test_nothing_secret_is_told_where_others_see_it(
    fake: FakeRegistry,
    server: Server,
    image: str,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker reads the large layer with a token, and neither its command line nor its environment has any."""
    fake.before = bearer = Bearer(server)
    bearer.users = {"ada": "Basic YWRhOnNlY3JldCBwYXNz"}
    started: list[tuple[Any, Any]] = []
    popen = subprocess.Popen

    def start(command: Any, **options: Any) -> Any:
        started.append((command, options.get("env")))
        return popen(command, **options)

    monkeypatch.setattr(process.subprocess, "Popen", start)
    assert run("ls", image).message.endswith("401 UNAUTHORIZED incorrect username or password")
    found = run("ls", image, "--creds", "ada:secret pass")
    assert (found.code, found.err) == (0, "")
    assert started
    assert bearer.given
    for secret in ("secret pass", "YWRhOnNlY3JldCBwYXNz", *bearer.given):
        assert secret not in str(started)
    found = run("ls", image, "--registry-token", "token-0", "--creds", "a:b")
    assert found.message == "--creds and --registry-token cannot be combined"


@pytest.mark.slow
def test_a_file_behind_much_that_must_be_unpacked_is_announced(
    fake: FakeRegistry, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer of one zstd frame can only be unpacked from its beginning."""
    data = random.Random(1).randbytes(1_200_000)
    tar = b"".join(member(f"f{n}".encode(), data[n * 400_000 :][:400_000]) for n in range(3)) + END
    layer = zstandard.ZstdCompressor().compress(tar)
    listed = [{**descriptor(OCI_LAYER, Digest.of(layer), len(layer)), "mediaType": f"{OCI_LAYER}+zstd"}]
    fake.add_image(layer, layers=listed)
    image = f"docker://{server.host}/{REPOSITORY}:1"
    monkeypatch.setattr(unpacked, "_DEAR", 500_000)
    assert "fetched first" not in run("cat", image, "/f0").err
    server.sent = 0
    found = run("cat", image, "/f2")
    assert found.out == data[800_000:]
    said = [line for line in found.err.splitlines() if "fetched first" in line]
    assert said == [
        f"ocitui: about 801.4 kB of {server.host}/{REPOSITORY}@{Digest.of(layer)} "
        "are fetched first: it cannot be unpacked from the middle"
    ]
    monkeypatch.setattr(fetch_limit, "FETCHED_UNASKED", 700_000)
    server.sent = 0
    found = run("cat", image, "/f2")
    assert found.code == 2
    assert found.err.endswith("about 801.4 kB must be fetched from the registry; --yes fetches them\n")
    assert server.sent < 200_000


def test_a_login_is_for_one_registry(image: str, run: Run) -> None:
    with fake_registry() as (other, elsewhere):
        other.server = elsewhere
        name = f"docker://{elsewhere.host}/{REPOSITORY}:1"
        found = run("diff", image, name, "--creds", "ada:pass")
        first = image.removeprefix("docker://").partition("/")[0]
        assert found.message == f"--creds: the login is for one registry, not for two: {first} and {elsewhere.host}"
        assert elsewhere.seen == []


def test_what_a_registry_says_besides_is_said_once(image: str, fake: FakeRegistry, run: Run) -> None:
    answer = fake.manifest

    def warn(name: str, seen: Any) -> Any:
        reply = answer(name, seen)
        reply.headers["Warning"] = '299 - "moves \x1b[2J soon"'
        return reply

    fake.manifest = warn  # type: ignore[method-assign]
    found = run("inspect", image)
    assert found.code == 0
    assert found.err.count("soon") == 1
    assert "\x1b" not in found.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("docker:nginx",), "'docker:nginx': // is missing after docker: (docker://NAME)"),
        (("docker://",), "'docker://': the name of an image is missing"),
        (("docker://127.0.0.1:1/x",), "127.0.0.1:1: nothing answers there: Connection refused"),
        (
            ("docker://HOST/team/app:2",),
            "HOST/team/app:2: HOST answers 404 MANIFEST_UNKNOWN manifest unknown; "
            "`ocitui tags docker://HOST/team/app` lists its tags",
        ),
        (("docker://HOST",), "'HOST': names a registry, and no image in it: docker://HOST/NAME"),
        (("docker://HOST/team/app:1", "--tls-verify=true"), None),
        (("docker://HOST/team/app:1", "--creds", ":x"), "--creds: the user is missing (USER:PASSWORD)"),
    ],
)
def test_what_cannot_be_opened(
    words: tuple[str, ...],
    message: str | None,
    image: str,
    server: Server,
    run: Run,
) -> None:
    found = run("inspect", *(word.replace("HOST", server.host) for word in words))
    assert (found.code, found.out) == (2, b"")
    if message is None:
        assert "the server does not speak TLS" in found.message
    else:
        assert found.message == message.replace("HOST", server.host)


@pytest.mark.slow
def test_a_token_server_at_another_host_is_told(image: str, fake: FakeRegistry, server: Server, run: Run) -> None:
    assert run("inspect", image, "--json").json["asked"] == [{"host": server.host, "for": "registry"}]
    assert not any(server.host in line for line in run("inspect", image).lines[1:])
    fake.before = bearer = Bearer(server)
    with Server(bearer.give) as realm:
        bearer.realm = f"{realm.url}/token"
        asked = [{"host": server.host, "for": "registry"}, {"host": realm.host, "for": "token"}]
        assert run("inspect", image, "--json").json["asked"] == asked
        assert f"  token     {realm.host}" in run("inspect", image).lines


def test_completion_asks_no_registry(image: str, server: Server) -> None:
    words = f"ocitui inspect {image} --platform "
    found = spawn(environment={"_OCITUI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "4"})
    assert found.out.strip() == b""
    words = f"ocitui cat {image} /"
    spawn(environment={"_OCITUI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "3"})
    assert server.seen == []
    assert server.connections == 0


def test_a_name_that_is_nowhere_is_offered_and_not_asked_for(run: Run) -> None:
    assert run("inspect", "redis:7").message.endswith(
        "to ask docker.io for an image of that name: ocitui docker://redis:7"
    )


# Referrers.


def add_referrer(fake: FakeRegistry, kind: str) -> tuple[Digest, Digest, bytes]:
    """Add an image and an artifact about it; return the digests of both, and the list of what is about the image."""
    digest = fake.add_image(b"layer", tag="1")
    subject = descriptor(OCI_MANIFEST, digest, len(fake.manifests[str(digest)][1]))
    referrer = fake.add_image(b"{}", tag="", subject=subject, artifactType=kind)
    listed = {**descriptor(OCI_MANIFEST, referrer, len(fake.manifests[str(referrer)][1])), "artifactType": kind}
    found = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [listed]}).encode()
    return digest, referrer, found


@pytest.mark.parametrize("way", ["api", "tag", "refused", "led away"])
def test_what_refers_to_an_image_is_listed_when_it_is_asked_for(
    way: str, fake: FakeRegistry, server: Server, run: Run
) -> None:
    """By the API, else by the tag of the Referrers Tag Schema; ghcr.io leads to a page for browsers instead."""
    digest, signature, found = add_referrer(fake, "application/x.signature")
    if way in ("tag", "led away"):
        fake.add_manifest(found, OCI_INDEX, str(digest).replace(":", "-"))

    def answer(seen: Seen) -> Reply | None:
        if way == "tag" or "/referrers/" not in seen.path:
            return None
        if way == "led away":
            return Reply(303, b"", {"Location": "https://example.test/packages"})
        return Reply(200, found) if way == "api" else error(403, "DENIED", "no \x1b[2J")

    fake.before = answer
    image = f"docker://{server.host}/{REPOSITORY}:1"
    assert str(signature) not in run("inspect", image).text
    assert not server.asked("/referrers/")
    done = run("inspect", image, "--referrers")
    assert done.code == (2 if way == "refused" else 0)  # what was asked for is not known
    assert run("attestations", image).code == (2 if way == "refused" else 1)
    assert any(str(signature) in line for line in done.lines) is (way != "refused"), done.text
    assert ("DENIED" in done.err) is (way == "refused")
    assert ("example.test" in done.err) is (way == "led away")
    assert "\x1b" not in done.err
    if way != "refused":
        tree = run("inspect", image, "--referrers", "--json").json["tree"]
        assert tree["descriptor"]["digest"] == str(digest)
        assert [child["descriptor"]["digest"] for child in tree["children"]][-1] == str(signature)


@pytest.mark.parametrize("fault", ["other bytes", "HTML", "missing"])
def test_a_referrer_that_cannot_be_read_is_told(fault: str, fake: FakeRegistry, server: Server, run: Run) -> None:
    """It stands under what it is listed for, and is not taken for none."""
    _, statement, found = add_referrer(fake, "application/vnd.in-toto+json")
    raw = fake.manifests[str(statement)][1]

    def answer(seen: Seen) -> Reply | None:
        if "/referrers/" in seen.path:
            return Reply(200, found)
        if fault == "HTML" and seen.path.endswith(str(statement)):
            return Reply(200, b"<html>", {"Content-Type": "text/html"})
        return None

    fake.before = answer
    if fault == "missing":
        del fake.manifests[str(statement)]
    elif fault == "other bytes":
        fake.manifests[str(statement)] = (OCI_MANIFEST, raw.replace(b"in-toto", b"in-tata"))
    image = f"docker://{server.host}/{REPOSITORY}:1"
    done = run("attestations", image)
    assert (done.code, done.out.startswith(b"attestation")) == (2, True)
    assert str(statement) in done.message
    done = run("inspect", image, "--referrers")
    assert done.code == 2
    assert any("artifact" in line and str(statement) in line for line in done.lines)


@pytest.mark.parametrize("has_digest", [True, False])
def test_what_cosign_has_put_beside_an_image_is_found_by_its_tags(
    has_digest: bool, fake: FakeRegistry, server: Server, run: Run
) -> None:
    """Each tag is asked about once, without fetching what it means; a registry that says no digest is asked for it."""
    fake.has_digest = has_digest
    digest = fake.add_image(b"layer")
    subject = {"name": "app", "digest": {"sha256": digest.encoded}}
    statement = {"_type": "https://in-toto.io/Statement/v1", "subject": [subject], "predicateType": "https://x.test/p"}
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    envelope = json.dumps(
        {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}
    ).encode()
    tag = str(digest).replace(":", "-")
    beside = {}
    for suffix, media_type in {".sig": "application/vnd.dev.cosign.simplesigning.v1+json", ".att": DSSE}.items():
        layers = [descriptor(media_type, fake.add_blob(envelope), len(envelope))]
        beside[suffix] = fake.add_image(tag=f"{tag}{suffix}", layers=layers)
    image = f"docker://{server.host}/{REPOSITORY}:1"
    assert str(beside[".sig"]) not in run("inspect", image).text
    assert server.asked(tag) == []
    done = run("attestations", image, "--json")
    assert (done.code, done.err) == (0, "")
    assert [each["predicateType"] for each in done.json["attestations"]] == ["https://x.test/p"]
    names = {suffix: f"/v2/{REPOSITORY}/manifests/{tag}{suffix}" for suffix in (".sig", ".att", ".sbom")}
    assert [each for each in server.asked(tag) if each.startswith("HEAD")] == [
        f"HEAD {path}" for path in names.values()
    ]
    gets = [] if has_digest else [f"GET {names['.sig']}", f"GET {names['.att']}"]
    assert [each for each in server.asked(f"{tag}.") if each.startswith("GET")] == gets
    tree = run("inspect", image, "--referrers", "--json").json["tree"]
    assert tree["descriptor"]["digest"] == str(digest)
    assert [child["descriptor"]["digest"] for child in tree["children"]][-2:] == [str(each) for each in beside.values()]
    assert [child["name"] for child in tree["children"]][-2:] == ["signature", "attestation"]


# Tags.


def test_tags_of_a_repository(fake: FakeRegistry, server: Server, image: str, run: Run) -> None:
    """In pages, sorted as versions; a host that a link names is not asked."""
    names = ["1.10", "1.9", "latest", "1.9-alpine", "2"]

    def answer(seen: Seen) -> Reply | None:
        if not seen.path.endswith("/tags/list"):
            return None
        last = int(seen.query.get("last", ["0"])[0])
        more = f"<http://elsewhere.invalid:9/v2/{REPOSITORY}/tags/list?last={last + 2}>; rel=next"
        headers = {"Link": more} if last + 2 < len(names) else {}
        return Reply(200, json.dumps({"tags": names[last : last + 2]}).encode(), headers)

    fake.before = answer
    repository = image.rpartition(":")[0]
    assert run("tags", repository).lines == ["1.9", "1.9-alpine", "1.10", "2", "latest"]
    assert len(server.asked("/tags/list")) == 3
    assert run("tags", repository, "--filter", "1.9*").lines == ["1.9", "1.9-alpine"]
    found = run("tags", repository, "--json", "--filter", "2").json
    assert found == {
        "schemaVersion": 1,
        "place": repository,
        "tags": [{"name": "2", "digest": None, "mediaType": None, "size": None}],
    }
    assert run("tags", image).message.endswith("names an image; leave out its tag or digest")
    assert not server.asked("/manifests/")


def test_names_of_a_layout_can_be_filtered(demo_layout: Path, run: Run) -> None:
    assert run("tags", demo_layout, "--filter", "1.*").lines == ["1.3.2"]


# What is kept.


@pytest.mark.slow
def test_documents_that_are_kept_are_counted_and_removed(image: str, server: Server, run: Run) -> None:
    run("inspect", image)
    found = run("cache", "--json").json
    assert (found["documents"], found["layers"]) == (4, 0)  # an index, a manifest, a config, and what the tag meant
    assert ", 4 of registries, " in run("cache").lines[1]
    removed = run("cache", "--clear", "--json").json
    assert (removed["removed"]["documents"], removed["documents"]) == (4, 0)
    server.seen.clear()
    run("inspect", image)
    assert len(server.asked()) == 3
