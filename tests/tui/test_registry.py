"""The screen on an image in a registry: what is asked for, and when."""

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_INDEX
from ocitui.transports.recent import recents
from ocitui.tui.explore import layer_files
from ocitui.tui.find.rows import FindRows
from ocitui.tui.settings import Settings
from ocitui.tui.start.tags import TagsPage
from ocitui.tui.start.typed import TypedReference
from ocitui.tui.view.screen import ViewScreen
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
from tests.tui.explorer import Explorer, explore
from tests.tui.start.test_start import Starter, source, start


@pytest.fixture
def server(demo_layout: Path) -> Iterator[Server]:
    """A registry with the demo image."""
    with fake_registry() as (registry, server):
        registry.server = server
        registry.add_layout(demo_layout, "1")
        registry.before = partial(_referrers, registry)
        yield server


def _referrers(registry: FakeRegistry, seen: Seen) -> Reply | None:
    """The answer to a question for referrers: every manifest that names that subject."""
    _, mark, subject = seen.path.partition("/referrers/")
    if not mark:
        return None
    found = [
        descriptor(media_type, Digest.of(raw), len(raw))
        for name, (media_type, raw) in registry.manifests.items()
        if name.startswith("sha256:") and json.loads(raw).get("subject", {}).get("digest") == subject
    ]
    return Reply(200, json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}).encode())


@pytest.fixture
def image(server: Server) -> str:
    """Its name."""
    return f"docker://{server.host}/{REPOSITORY}:1"


def seen(screen: Explorer | Starter) -> str:
    """All that is to be seen."""
    return "\n".join(strip.text for strip in screen.app.screen._compositor.render_strips())


async def test_a_token_server_at_another_host_is_told() -> None:
    with fake_registry() as (registry, server):
        registry.add_image(b"one")
        registry.before = bearer = Bearer(server)
        with Server(bearer.give) as realm:
            bearer.realm = f"{realm.url}/token"
            async with explore(f"docker://{server.host}/{REPOSITORY}:1") as screen:
                lines = [" ".join(line.split()) for line in screen.text(screen.config.view).splitlines()]
                assert f"token {realm.host}" in lines


@pytest.mark.slow
async def test_another_platform_is_asked_for_when_it_is_opened(image: str, server: Server) -> None:
    async with explore(image, opens_files=True) as screen:
        assert "etc/" in screen.text(screen.files)
        lines = screen.text(screen.tree).splitlines()
        (row,) = [number for number, line in enumerate(lines) if "linux/arm64" in line]
        assert "… linux/arm64/v8" in lines[row]
        before = server.asked("/manifests/")
        while screen.tree.cursor != row:
            await screen.press("j" if screen.tree.cursor < row else "k")
        assert server.asked("/manifests/") == before
        await screen.press("enter")
        assert len(server.asked("/manifests/")) == len(before) + 1
        assert "▾ linux/arm64/v8" in screen.text(screen.tree)
        assert screen.app.explore.shown.image is not None
        assert str(screen.app.explore.shown.image.platform) == "linux/arm64/v8"
        await screen.press("4", "m")
        assert "etc/" in screen.text(screen.files)


@pytest.mark.slow
async def test_much_is_fetched_when_a_key_says_so(image: str, server: Server) -> None:
    async with explore(image, opens_files=True, settings=Settings(fetch_without_asking=700_000)) as screen:
        layers = screen.app.explore.shown.layers
        assert not [layer for layer in layers if server.asked(str(layer.descriptor.digest))]
        assert "786.9 kB must be fetched from the registry; Ctrl+R fetches it" in seen(screen)
        await screen.press("r")
        assert all(screen.app.explore.shown.scans.known(layer) for layer in layers)
        assert "etc/" in screen.text(screen.files)


@pytest.mark.slow
async def test_a_question_that_waits_is_about_the_image_under_the_cursor(
    image: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with explore(image, opens_files=True, settings=Settings(fetch_without_asking=800_000)) as screen:
        shown, tree = screen.app.explore.shown, screen.tree
        (other,) = [n for n, line in enumerate(screen.text(tree).splitlines()) if "linux/arm64" in line]
        while tree.cursor != other:
            await screen.press("j" if tree.cursor < other else "k")
        monkeypatch.setattr(layer_files, "SETTLED", 1000.0)
        await screen.pilot.press("enter")
        await screen._finish_workers()
        assert shown.image is not None
        assert str(shown.image.platform) == "linux/arm64/v8"
        assert shown.scans.is_busy  # its layers wait until the cursor has settled
        layers = shown.layers
        while str(shown.image.platform) != "linux/amd64":
            await screen.pilot.press("k")
        assert not shown.scans.is_busy
        monkeypatch.setattr(layer_files, "SETTLED", 0.01)
        await screen.press("k", "j")
        assert not any(map(shown.scans.failure, layers))
        assert "must be fetched" not in seen(screen)
        while shown.layers is not layers:
            await screen.press("j")
        assert "must be fetched from the registry; Ctrl+R fetches it" in seen(screen)
        unread = [str(layer.descriptor.digest) for layer in layers if shown.scans.known(layer) is None]
        assert unread
        assert not [digest for digest in unread if server.asked(digest)]


@pytest.mark.slow
async def test_one_layer_is_fetched_where_all_are_too_much(image: str, server: Server) -> None:
    async with explore(image, settings=Settings(fetch_without_asking=300_000)) as screen:
        await screen.press("3", "g", "enter")
        assert screen.app.explore.shown.scans.known(screen.app.explore.shown.layers[0])
        assert "Ctrl+R fetches" not in screen.text(screen.files)


@pytest.mark.slow
async def test_verifying_much_takes_two_keys(image: str) -> None:
    async with explore(image, settings=Settings(fetch_without_asking=700_000)) as screen:
        await screen.press("V")
        assert "V again fetches 787.2 kB from the registry" in screen.bar("status")
        assert not screen.app.explore.verifying.is_running
        await screen.press("V")
        assert screen.app.explore.verifying.last
        assert "must be fetched" not in str(screen.app.explore.verifying.last)


@pytest.mark.slow
async def test_contents_count_too(image: str, server: Server) -> None:
    """A file that is read after its layer was indexed, and a search in contents; a key allows them."""
    said = "more than 800.0 kB must be fetched from the registry; Ctrl+R allows that"
    async with explore(image, opens_files=True, settings=Settings(fetch_without_asking=800_000)) as screen:
        await screen.press("4", "/", *"os-release", "enter", "enter")
        assert isinstance(screen.app.screen, ViewScreen)
        assert said in seen(screen)
        server.seen.clear()
        await screen.press("escape", "enter")
        assert said in seen(screen)
        assert server.seen == []
        await screen.press("r")
        assert "PRETTY_NAME" in seen(screen)


@pytest.mark.slow
async def test_a_search_in_contents_counts_too(image: str, server: Server) -> None:
    async with explore(image, opens_files=True, settings=Settings(fetch_without_asking=800_000)) as screen:
        await screen.press("f")
        await screen.write("text:flask")
        await screen.press("enter")
        assert "more than 800.0 kB" in screen.bar("status")
        await screen.press("ctrl+r")
        assert "more than 800.0 kB" not in screen.bar("status")
        assert screen.app.screen.query_one(FindRows).row_count > 1


@pytest.mark.slow
async def test_what_a_registry_says_is_shown(image: str, server: Server) -> None:
    async with explore(image) as screen:
        transport = screen.app.explore.shown.transport
        transport.repository.client.watch.say("slow down \x1b[2J")  # type: ignore[attr-defined]
        await screen.settle()
        assert "slow down \\x1b[2J" in screen.bar("status")
        await screen.press("m")
        transport.repository.client.watch.say("waiting 30 s")  # type: ignore[attr-defined]
        await screen.settle()
        assert "waiting 30 s" in screen.bar("status")
        await screen.press("escape")
        assert "waiting 30 s" not in screen.bar("status")


@pytest.mark.slow
async def test_what_refers_to_the_image_stands_under_it(image: str, server: Server) -> None:
    async with explore(image) as screen:
        assert "example.signature" in screen.text(screen.tree)


@pytest.mark.slow
async def test_a_name_that_is_typed_is_opened_and_remembered(image: str, server: Server) -> None:
    async with start(source("docker")) as screen:
        await screen.press("ctrl+o", *image, "enter")
        await screen.until(lambda: screen.app.return_value is not None)
    transport, reference = screen.app.return_value or (None, None)
    assert transport is not None
    assert reference is not None
    assert transport.place == image


@pytest.mark.slow
async def test_a_name_without_a_tag_offers_the_tags(image: str, server: Server) -> None:
    """In the order of versions, those of referrers left out; what is typed filters, and Enter opens."""
    names = ["1.10", "latest", "1.9", "1.9-alpine", f"sha256-{'0' * 64}", "2"]
    repository, answer = image.rpartition(":")[0], server.answer

    def tell(seen: Seen) -> Reply:
        if seen.path.endswith("/tags/list"):
            return Reply(200, json.dumps({"tags": names}).encode())
        seen.path = seen.path.replace("/manifests/1.10", "/manifests/1")
        return answer(seen)

    server.answer = tell
    async with start(source("docker")) as screen:
        await screen.press("ctrl+o", *repository, "enter")
        await screen.until(lambda: isinstance(screen.app.screen, TagsPage))
        page = screen.app.screen
        assert isinstance(page, TagsPage)
        assert [*page.lines.rows] == ["1.9", "1.9-alpine", "1.10", "2", "latest"]
        assert page.lines.row == "latest"
        assert not server.asked("/manifests/")
        await screen.press(*"1.")
        assert [*page.lines.rows] == ["1.9", "1.9-alpine", "1.10"]
        await screen.press("escape")
        assert isinstance(screen.app.screen, TypedReference)
        assert not screen.app.start.is_busy
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, TagsPage))
        await screen.press(*"1.1", "enter")
        await screen.until(lambda: screen.app.return_value is not None)
    transport, reference = screen.app.return_value or (None, None)
    assert transport is not None
    assert reference is not None
    assert (transport.place, reference.text) == (f"{repository}:1.10", f"{repository}:1.10")


@pytest.mark.slow
@pytest.mark.parametrize(("reply", "tag"), [(Reply(200, b'{"tags": ["1"]}'), "1"), (Reply(404), "latest")])
async def test_a_name_without_a_tag_is_opened_where_there_is_no_choice(
    reply: Reply, tag: str, image: str, server: Server
) -> None:
    repository, answer = image.rpartition(":")[0], server.answer

    def tell(seen: Seen) -> Reply:
        seen.path = seen.path.replace("/manifests/latest", "/manifests/1")
        return reply if seen.path.endswith("/tags/list") else answer(seen)

    server.answer = tell
    async with start(source("docker")) as screen:
        await screen.press("ctrl+o", *repository, "enter")
        await screen.until(lambda: screen.app.return_value is not None)
    transport, _ = screen.app.return_value or (None, None)
    assert transport is not None
    assert transport.place == f"{repository}:{tag}"


@pytest.mark.slow
async def test_a_registry_that_is_busy_can_be_left(image: str, server: Server) -> None:
    answer, server.answer = server.answer, lambda seen: error(429, "TOOMANYREQUESTS", "slow", Retry_After="50")
    async with start(source("docker")) as screen:
        await screen.press("ctrl+o", *image, "enter")
        await screen.until(lambda: "waiting 50 s" in seen(screen))
        await screen.press("escape")
        await screen.until(lambda: "cancelled" in seen(screen))
        assert "waiting 50 s" not in seen(screen)
        assert isinstance(screen.app.screen, TypedReference)
        assert not screen.app.start.is_busy
    server.answer = answer


@pytest.mark.slow
async def test_a_file_that_is_waited_for_can_be_left(image: str, server: Server) -> None:
    """By Escape; the next time it is asked for anew. Whoever quits meanwhile does not wait either."""
    answer = server.answer

    def wait(seen: Seen) -> Reply:
        return error(429, "TOOMANYREQUESTS", "slow", Retry_After="50") if "/blobs/" in seen.path else answer(seen)

    async with explore(image, opens_files=True) as screen:
        await screen.press("4", "/", *"os-release", "enter")
        for leaves in (True, False):
            said: list[str] = []
            screen.app.explore.shown.transport.hear(said.append)  # type: ignore[attr-defined]
            server.answer = wait
            await screen.pilot.press("enter")
            while not said:
                await screen.pilot.pause(0.05)
            assert "waiting 50 s" in said[0]
            server.answer = answer
            if leaves:
                await screen.press("escape", "enter")
                assert "PRETTY_NAME" in seen(screen)
                await screen.press("escape")
                screen.app.explore.shown.close_contents()
        began = time.monotonic()
    assert time.monotonic() - began < 40, "it did not wait for the 50 seconds"


def test_it_is_listed_as_of_a_registry(image: str) -> None:
    from ocitui.transports.recent import remember

    remember(image, Path("/"))
    (found,) = recents()
    assert (found.reference, found.kind, found.name) == (image, "registry", image.removeprefix("docker://"))
