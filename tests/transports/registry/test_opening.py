"""From a name to a place with images, and how often the registry is asked for that."""

import pytest

from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.selection import select_node
from ocitui.spec.digest import Digest
from ocitui.transports.opening import open_reference
from ocitui.transports.registry.errors import MissingError, RegistryError
from tests.transports.registry.conftest import Opener
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, Reply, Seen, Server


def test_an_image_is_a_manifest_and_a_config(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one", b"two")
    image = opened()
    top = build_tree(image)
    assert [node.digest for node in top.children] == [digest]
    found = Image.of(top.children[0])
    assert found is not None
    assert found.config is not None
    assert [layer.descriptor.size for layer in found.layers] == [3, 3]
    assert [*top.walk()][1].problems == ()
    assert [seen.method for seen in server.seen] == ["GET", "GET"]
    assert server.asked()[0] == f"GET /v2/{REPOSITORY}/manifests/1"


def test_reopening_is_one_head(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_index(fake.add_image(b"one", tag=""), fake.add_image(b"two", tag="", architecture="arm64"))
    first = build_tree(opened())
    assert len(server.seen) == 5
    server.seen.clear()
    again = build_tree(opened())
    assert server.asked() == [f"HEAD /v2/{REPOSITORY}/manifests/1"]
    assert [node.digest for node in again.walk()] == [node.digest for node in first.walk()]
    assert not any(node.problems for node in again.walk())


def test_a_tag_that_moved_is_seen(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(b"one")
    opened()
    new = fake.add_image(b"two")
    server.seen.clear()
    assert opened().digest == new
    assert [seen.method for seen in server.seen] == ["HEAD", "GET"]
    assert opened().digest == new
    assert [seen.method for seen in server.seen] == ["HEAD", "GET", "HEAD"]


def test_a_tag_that_moves_between_two_requests(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(b"one")
    opened()
    gone = Digest.of(b"gone")
    fake.before = lambda seen: Reply(200, b"", {"Docker-Content-Digest": str(gone)}) if seen.method == "HEAD" else None
    with pytest.raises(MissingError, match="team/app:1: it was moved or deleted while it was read; try again"):
        opened()


def test_a_digest_is_asked_about_even_if_it_is_kept(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    """A document that another repository gave says nothing of this one."""
    digest = fake.add_image(b"one")
    opened(str(digest))
    server.seen.clear()
    assert opened(str(digest)).digest == digest
    assert [seen.method for seen in server.seen] == ["HEAD"]
    fake.manifests.clear()
    with pytest.raises(MissingError, match="404 MANIFEST_UNKNOWN manifest unknown"):
        opened(str(digest))


@pytest.mark.parametrize("status", [404, 405, 403])
def test_a_registry_that_does_not_answer_head(status: int, fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    opened()
    fake.before = lambda seen: Reply(status) if seen.method == "HEAD" else None
    assert opened().digest == digest


def test_a_registry_that_says_no_digest(fake: FakeRegistry, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    fake.has_digest = False
    assert opened().digest == digest
    assert opened().digest == digest


def test_what_is_kept_is_checked_when_it_is_read(
    fake: FakeRegistry, server: Server, opened: Opener, cache_dir: object
) -> None:
    digest = fake.add_image(b"one")
    image = opened()
    path = image.repository.kept.cache.root / "documents/v1/sha256" / f"{digest.encoded}.document"
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    server.seen.clear()
    assert opened().digest == digest
    assert [seen.method for seen in server.seen] == ["GET"]


def test_the_reference_names_the_image(fake: FakeRegistry, server: Server) -> None:
    digest = fake.add_index(fake.add_image(b"one", tag=""))
    for text, is_digest in (
        (f"docker://{server.host}/{REPOSITORY}:1", False),
        (f"docker://{server.host}/{REPOSITORY}@{digest}", True),
    ):
        transport, reference = open_reference(text)
        assert (reference.tag, reference.digest) == (("", digest) if is_digest else ("1", None))
        assert select_node(build_tree(transport), reference).digest == digest
        assert transport.place == text


def test_an_image_that_is_not_there(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    with pytest.raises(MissingError) as caught:
        opened("2")
    assert str(caught.value) == (
        f"{server.host}/{REPOSITORY}:2: {server.host} answers 404 MANIFEST_UNKNOWN manifest unknown; "
        f"`ocitui tags docker://{server.host}/{REPOSITORY}` lists its tags"
    )


@pytest.mark.parametrize(
    ("body", "media_type", "said"),
    [
        (b"<html>Log in</html>", "text/html; charset=utf-8", "expected an image manifest or index, found 'text/html'"),
        (b"<html>Log in</html>", "application/json", "expected JSON, found something else at line 1, column 1"),
        (b'{"a": 1}', "application/json", "expected an image manifest or index, found 'application/json'"),
        (
            b'{"schemaVersion": 1}',
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            "manifest.v1+prettyjws'",
        ),
        (
            b'{"schemaVersion": 2, "manifests": []}',
            "application/vnd.oci.image.manifest.v1+json",
            "expected 'application/vnd.oci.image.manifest.v1+json', found what is index",
        ),
        (b"[]", "application/vnd.oci.image.manifest.v1+json", "expected a JSON object, found a list"),
    ],
)
def test_what_is_no_image(body: bytes, media_type: str, said: str, fake: FakeRegistry, opened: Opener) -> None:
    fake.before = lambda seen: Reply(200, body, {"Content-Type": media_type})
    with pytest.raises(RegistryError) as caught:
        opened()
    assert said in str(caught.value)
    assert kept(opened) == []


def test_a_wrong_digest(fake: FakeRegistry, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    raw = fake.manifests["1"][1] + b" "
    fake.manifests["1"] = fake.manifests[str(digest)] = fake.manifests["1"][0], raw
    with pytest.raises(RegistryError, match=f"expected digest {digest}, found {Digest.of(raw)}"):
        opened(str(digest))
    fake.before = lambda seen: Reply(
        200, raw, {"Docker-Content-Digest": str(digest), "Content-Type": fake.manifests["1"][0]}
    )
    with pytest.raises(RegistryError, match=f"expected digest {digest}, found {Digest.of(raw)}"):
        opened("1")
    assert kept(opened) == []


def test_a_manifest_that_is_too_long(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(b"one", annotations={"a": "b" * (5 << 20)})
    with pytest.raises(RegistryError, match="expected at most 4,194,304 bytes, found 5,24"):
        opened()
    fake.before = lambda seen: Reply(200, b"{" + b" " * (5 << 20), length=-1)
    with pytest.raises(RegistryError, match="expected at most 4,194,304 bytes, found more"):
        opened()


def test_a_config_with_another_digest_is_said_and_not_kept(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(b"one")
    config = next(digest for digest, raw in fake.blobs.items() if b"rootfs" in raw)
    fake.blobs[config] = fake.blobs[config].replace(b"amd64", b"arm64")
    top = build_tree(opened())
    problems = [problem for node in top.walk() for problem in node.problems]
    assert problems[0].startswith(f"config {config}: expected digest {config}, found sha256:")
    assert len(kept(opened)) == 1


def test_a_config_that_is_not_there(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(b"one")
    config = next(digest for digest, raw in fake.blobs.items() if b"rootfs" in raw)
    del fake.blobs[config]
    top = build_tree(opened())
    assert [(node.kind.value, node.is_missing) for node in top.walk()][2:3] == [("config", True)]


def test_what_documents_name_is_listed(fake: FakeRegistry, opened: Opener) -> None:
    digest = fake.add_image(b"one", b"two")
    image = opened()
    assert {*image.digests()} == {digest, *map(Digest.parse, fake.blobs)}


def test_what_the_registry_warns_of_is_noted(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(b"one")
    answer = fake.manifest

    def warn(seen: Seen) -> Reply:
        reply = answer("1", seen)
        reply.headers["Warning"] = '299 - "this registry is\x1b[2J closed tomorrow"'
        return reply

    fake.before = warn
    assert opened().notes == [f"{fake.server.host}: this registry is\\x1b[2J closed tomorrow"]


def kept(opened: Opener) -> list[str]:
    """The documents in the cache folder."""
    from ocitui.cache_folder import default_root

    return [path.name for path in default_root().rglob("*.document")]
