"""The screen on layers that are listed from their tables of contents."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image import layer_tables
from ocitui.layers.compression.unpacked import UnpackedBlob
from ocitui.spec.digest import Digest
from ocitui.tui.settings import Settings
from tests.commands.registry.test_soci import FOUND, SPAN, TAR
from tests.commands.registry.test_tables import BULK, add, add_tables, fetched
from tests.images.layout_writer import LayerSpec, write_layout
from tests.layers.toc.tables import FILES, TOC_DIGEST, estargz, estargz_without_table, zstd_chunked
from tests.layers.toc.ztocs import gzip_layer
from tests.transports.registry.conftest import home  # noqa: F401
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, fake_registry
from tests.tui.explorer import explore, open_layer
from tests.tui.test_registry import seen

pytestmark = pytest.mark.slow


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    """A registry."""
    with fake_registry() as (registry, server):
        registry.server = server
        yield registry


async def test_a_layer_that_is_listed_from_its_table_is_marked(fake: FakeRegistry) -> None:
    async with explore(add(fake, estargz())) as screen:
        await open_layer(screen, 1)
        assert "etc/" in screen.text(screen.files)
        assert "5 entries · from its table (eStargz), not checked" in screen.files.totals
        await screen.press("3", "g", "right")
        said = "listed from the layer's table of contents (eStargz), contents not checked"
        assert said in screen.text(screen.history)


async def test_a_layer_that_was_verified_is_listed_from_itself_and_what_was_open_reads_on(fake: FakeRegistry) -> None:
    async with explore(add(fake, zstd_chunked(FILES))) as screen:
        await open_layer(screen, 1)
        assert "from its table (zstd:chunked), not checked" in screen.files.totals
        assert screen.files.reveal_path(b"/etc/hostname")
        shown, was = screen.app.explore.shown, screen.files.source
        before = shown.contents
        assert before is not None
        assert was is not None
        entry = was.entry(screen.files.row.id).entry
        await screen.press("f")
        screen.app.explore.action_verify()
        await screen.settle()
        assert shown.contents is before  # the page may have entries that are read by it
        assert not shown.scans.known(shown.layers[0]).summary.basis.is_scan
        await screen.press("escape")
        assert screen.files.totals.endswith(" tar")
        assert "not checked" not in screen.text(screen.history)
        assert screen.files.path == b"/etc/hostname"
        now = screen.files.source.entry(screen.files.row.id).entry
        assert now.offset != entry.offset
        assert b"".join(shown.contents.read(1, now)) == b"".join(before.read(1, entry)) == FILES["etc/hostname"]


async def test_a_table_that_cannot_be_used_is_told_and_a_key_reads_the_layer(fake: FakeRegistry) -> None:
    layer = estargz()
    layer.annotations[TOC_DIGEST] = str(Digest.of(b"another"))
    async with explore(add(fake, layer)) as screen:
        await open_layer(screen, 1)
        found = " ".join(seen(screen).split())
        assert "its table of contents (eStargz) cannot be used" in found
        assert "reads the layer itself" in found
        await screen.press("ctrl+r")
        assert "etc/" in screen.text(screen.files)
        assert "not checked" not in screen.files.totals


async def test_a_table_that_no_document_names_is_found_as_commands_find_it(
    fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_tables, "LOOKED_AT_FROM", 1 << 20)
    layer = zstd_chunked(BULK)
    layer.annotations.clear()
    async with explore(add(fake, layer), settings=Settings(fetch_without_asking=100_000)) as screen:
        assert fake.server.asked(str(layer.digest)) == []
        await open_layer(screen, 1)
        assert "bulk/" in screen.text(screen.files)
        assert "from its table (zstd:chunked), not checked" in screen.files.totals
        await screen.press("3", "g", "right")
        assert "contents (zstd:chunked, which no document names), contents not" in screen.text(screen.history)
        assert sum(fetched(fake, layer)) < 100_000


@pytest.mark.parametrize(("way", "said"), [("v1", "SOCI v1, which the image does not name"), ("v2", "SOCI")])
async def test_a_layer_is_listed_from_its_ztoc(fake: FakeRegistry, way: str, said: str) -> None:
    made = gzip_layer(TAR, SPAN)
    async with explore(FOUND[way](fake, made), settings=Settings(fetch_without_asking=len(made.ztoc))) as screen:
        await open_layer(screen, 1)
        assert f"{said.partition(',')[0]}), not checked" in screen.files.totals
        await screen.press("3", "g", "right")
        assert f"contents ({said}), contents not" in " ".join(screen.text(screen.history).split())
        assert fetched(fake, made.layer) == []


async def test_a_table_at_another_place_is_read_there(fake: FakeRegistry) -> None:
    layer, table = estargz_without_table(BULK)
    large = estargz({Digest.of(b"%d" % number).encoded: b"" for number in range(2000)})
    image = add(fake, layer, large)
    add_tables(fake, {layer: table})
    async with explore(image, settings=Settings(fetch_without_asking=200_000)) as screen:
        await open_layer(screen, 1)
        assert "bulk/" in screen.text(screen.files)
        assert "from its table (eStargz), not checked" in screen.files.totals
        await open_layer(screen, 2)
        assert "2,000 entries" in screen.files.totals
        assert len(fetched(fake, large)) == 2


async def test_what_a_blob_of_an_artifact_is_is_asked_beside_the_screens_thread(
    fake: FakeRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = LayerSpec(
        write_tar([file("chart/values.yaml")]), descriptor={"annotations": {"org.opencontainers.image.title": "chart"}}
    )
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    layout = write_layout(tmp_path / "it", [chart], config=b"{}", config_descriptor=config_type)
    fake.add_layout(layout.path, "1")
    asking: list[threading.Thread] = []
    ask = UnpackedBlob.is_tar.fget
    monkeypatch.setattr(
        UnpackedBlob, "is_tar", property(lambda blob: (asking.append(threading.current_thread()), ask(blob))[1])
    )
    async with explore(f"docker://{fake.server.host}/{REPOSITORY}:1") as screen:
        await screen.press("3", "g", "enter")
        assert "chart/" in screen.text(screen.files)
    assert len(asking) == 1
    assert asking[0] is not threading.main_thread()
