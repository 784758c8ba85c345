"""Tags and referrers, which come in pages."""

import json
from collections.abc import Callable

import pytest

from ocitui.image.documents.tree import build_tree
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_INDEX, OCI_MANIFEST
from ocitui.transports.registry import paging, tags
from ocitui.transports.registry.errors import MissingError, RegistryError
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.referrers import fallback_tag
from ocitui.transports.registry.registry import open_repository
from ocitui.transports.registry.settings import RegistrySettings
from ocitui.transports.registry.tags import list_tags
from tests.transports.registry.conftest import SHORT, Opener
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, Reply, Seen, Server, descriptor

TAGS = [f"v{number}" for number in range(10)]


@pytest.fixture
def listed(server: Server) -> Callable[[], list[list[str]]]:
    """The pages of the repository's tags."""

    def list_them() -> list[list[str]]:
        settings = RegistrySettings(patience=SHORT)
        return [*list_tags(open_repository(ImageName.parse(f"{server.host}/{REPOSITORY}"), settings).client)]

    return list_them


def page(found: object, link: str = "", name: str = "tags") -> Reply:
    body = json.dumps({"name": REPOSITORY, name: found}).encode()
    return Reply(200, body, {"Content-Type": "application/json", **({"Link": link} if link else {})})


def paged(seen: Seen, link: str) -> Reply:
    """Four tags a page."""
    last = seen.query.get("last", [""])[0]
    start = TAGS.index(last) + 1 if last else 0
    found = TAGS[start : start + 4]
    return page(found, link.format(last=found[-1]) if start + 4 < len(TAGS) else "")


@pytest.mark.parametrize(
    "link",
    [
        f'</v2/{REPOSITORY}/tags/list?last={{last}}&n=4>; rel="next"',
        "<list?last={last}&n=4>;rel=next",
        f'<https://canary.example/v2/{REPOSITORY}/tags/list?last={{last}}>; title="a, b"; rel="prev next"',
        f'<x>; rel="prev", <//canary.example/v2/{REPOSITORY}/tags/list?last={{last}}>; rel=NEXT',
        f"<http://user:x@127.0.0.1:1/v2/{REPOSITORY}/tags/list?last={{last}}>; rel=next",
    ],
)
def test_pages_of_tags(link: str, fake: FakeRegistry, server: Server, listed: Callable[[], list[list[str]]]) -> None:
    """Whatever host a link names, it is the registry that is asked."""
    fake.before = lambda seen: paged(seen, link)
    assert listed() == [TAGS[:4], TAGS[4:8], TAGS[8:]]
    assert [seen.query.get("last") for seen in server.seen] == [None, ["v3"], ["v7"]]
    assert server.seen[0].query == {"n": ["1000"]}


def test_pages_are_asked_for_when_they_are_taken(fake: FakeRegistry, server: Server) -> None:
    fake.before = lambda seen: paged(seen, "<list?last={last}>; rel=next")
    settings = RegistrySettings(patience=SHORT)
    pages = list_tags(open_repository(ImageName.parse(f"{server.host}/{REPOSITORY}"), settings).client)
    assert next(pages) == TAGS[:4]
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, []),
        (["a", "sha256:" + "a" * 64, 5, "", "../b", "b\x1b", "a", "c"], ["a", "c"]),
        ([], []),
    ],
)
def test_odd_tags(
    found: object, expected: list[str], fake: FakeRegistry, listed: Callable[[], list[list[str]]]
) -> None:
    fake.before = lambda seen: page(found)
    assert listed() == [expected]


def test_pages_without_end(
    fake: FakeRegistry, server: Server, listed: Callable[[], list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.before = lambda seen: page(["a"], "<list?last=a>; rel=next")
    with pytest.raises(RegistryError, match="tags: expected another page after page 2, found one that was read before"):
        listed()
    assert len(server.seen) == 2
    monkeypatch.setattr(paging, "PAGES_LIMIT", 3)
    fake.before = lambda seen: page(["a"], f"<list?last={len(server.seen)}>; rel=next")
    with pytest.raises(RegistryError, match="tags: expected at most 3 pages, found more"):
        listed()
    monkeypatch.setattr(tags, "TAGS_LIMIT", 3)
    fake.before = lambda seen: page(TAGS)
    with pytest.raises(RegistryError, match="tags: expected at most 3, found more"):
        listed()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), "tags: expected JSON, found something else"),
        (page("a"), "tags: expected a list, found the text 'a'"),
        (Reply(200, b"[]"), "tags: expected a JSON object, found a list"),
        (Reply(404, b"404 page not found"), "tags: 127"),
        (Reply(200, b"{" + b" " * (5 << 20)), "tags: expected at most 4,194,304 bytes, found 5,242,881"),
    ],
)
def test_what_is_no_list(reply: Reply, said: str, fake: FakeRegistry, listed: Callable[[], list[list[str]]]) -> None:
    fake.before = lambda seen: reply
    with pytest.raises(RegistryError) as caught:
        listed()
    assert said in str(caught.value)
    assert isinstance(caught.value, MissingError) is (reply.status == 404)


@pytest.mark.parametrize(
    "link", ["<" * 20_000, "<a>;" * 10_000, '<a>; x="' * 5000, "<a>; rel", "rel=next", "<>; rel=next"]
)
def test_odd_links_take_no_time_and_lead_nowhere(
    link: str, fake: FakeRegistry, listed: Callable[[], list[list[str]]]
) -> None:
    fake.before = lambda seen: page(["a"], link)
    assert listed() == [["a"]]


# Referrers.


def signature(fake: FakeRegistry, subject: Digest, number: int) -> dict[str, object]:
    """A descriptor of something that is about a manifest."""
    media_type, raw = fake.manifests[str(subject)]
    about = {"subject": descriptor(media_type, subject, len(raw)), "artifactType": "application/x.signature"}
    digest = fake.add_image(f"signature {number}".encode(), tag="", **about)
    return {
        **descriptor(OCI_MANIFEST, digest, len(fake.manifests[str(digest)][1])),
        **{"artifactType": "application/x.signature"},
    }


def test_referrers_of_the_registry(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    found = [signature(fake, digest, number) for number in range(3)]

    def before(seen: Seen) -> Reply | None:
        if seen.path != f"/v2/{REPOSITORY}/referrers/{digest}":
            return None
        is_last = "last" in seen.query
        reply = page(
            found[2:] if is_last else found[:2], "" if is_last else f"<./{digest}?last=1>; rel=next", "manifests"
        )
        reply.headers["Content-Type"] = OCI_INDEX
        return reply

    fake.before = before
    image = opened()
    assert [str(each.digest) for each in image.find_referrers(digest)] == [each["digest"] for each in found]
    assert server.seen[1].headers["Accept"] == OCI_INDEX
    top = build_tree(image)
    node = top.children[0]
    assert node.digest == digest
    assert [str(child.digest) for child in node.children if child.is_entry] == [each["digest"] for each in found]
    image.find_referrers(digest)
    assert len(image.read_top().index) == len(build_tree(image).raw or b"")
    assert len(top.children) == 1


@pytest.mark.parametrize("status", [404, 400, 405, 406, 501])
def test_referrers_by_a_tag(status: int, fake: FakeRegistry, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    found = signature(fake, digest, 1)
    raw = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [found, found]}).encode()
    fake.before = lambda seen: (
        Reply(status, b"<html>", {"Content-Type": "text/html"}) if "/referrers/" in seen.path else None
    )
    assert opened().find_referrers(digest) == ()
    fake.add_manifest(raw, OCI_INDEX, fallback_tag(digest))
    image = opened()
    assert [str(each.digest) for each in image.find_referrers(digest)] == [found["digest"]]
    assert [str(child.digest) for child in build_tree(image).children[0].children if child.is_entry] == [
        found["digest"]
    ]


def test_referrers_that_are_no_list(fake: FakeRegistry, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    fake.before = lambda seen: Reply(200, b"<html>") if "/referrers/" in seen.path else None
    with pytest.raises(RegistryError, match="expected JSON, found something else"):
        opened().find_referrers(digest)


def test_the_tag_of_referrers() -> None:
    assert fallback_tag(Digest("sha256", "ab" * 32)) == "sha256-" + "ab" * 32
    assert fallback_tag(Digest("sha512", "ab" * 64)) == "sha512-" + "ab" * 32
    assert fallback_tag(Digest("x+y", "a=_-b")) == "x-y-a-_-b"
