"""Entries of one layer are applied one after the other, through the links that are there when their turn comes."""

import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.examples import examples
from tests.hostile.agreement import assert_views_agree
from tests.hostile.extract.stacked import opened
from tests.image.stacks import Found, TarReader, found_in, found_on_disk
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root, require_tool

PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
TARGETS = st.builds("{}{}".format, st.sampled_from(["", "/", "../"]), PATHS)
FILES = st.builds(file, PATHS, st.text("0123456789", min_size=1, max_size=9))
LINKS = st.builds(symlink, PATHS, TARGETS)
ENTRIES = st.one_of(
    *(FILES, FILES, LINKS, LINKS),
    st.builds(directory, PATHS),
    st.builds(hard_link, PATHS, PATHS),
    st.builds(whiteout, PATHS),
    st.builds(opaque, PATHS),
)
STACKS = st.lists(st.lists(ENTRIES, min_size=1, max_size=6), min_size=1, max_size=3)


def random_stack(random: Random) -> list[list[Entry]]:
    """Of one to three layers; hard links are made to what was a file once, since umoci refuses nearly all others."""
    files: list[str] = []
    return [[_entry(random, files) for _ in range(random.randint(1, 6))] for _ in range(random.randint(1, 3))]


def _entry(random: Random, files: list[str]) -> Entry:
    path, target = _path(random), _path(random)
    match random.choice("ffdllhwo"):
        case "d":
            return directory(path)
        case "l":
            return symlink(path, random.choice(["", "/", "../"]) + target)
        case "h" if files:
            return hard_link(path, random.choice(files))
        case "w":
            return whiteout(path)
        case "o":
            return opaque(path)
    files.append(path)
    return file(path, str(random.random()))


def _path(random: Random) -> str:
    return "/".join(random.choices("abc", k=random.choice([1, 1, 2, 2, 3])))


def without_owners(found: Found) -> Found:
    """umoci gives a directory that nothing describes a mode and an owner of its own."""
    return {path: (what[0], *what[4:]) for path, what in found.items()}


@pytest.mark.peer
def test_links_of_and_below_a_layer_lead_where_umoci_follows_them(tmp_path: Path) -> None:
    require_root()
    umoci = require_tool("umoci")
    count, accepted = examples(200), 0
    for seed in range(count):
        layers = random_stack(Random(seed))
        folder = tmp_path / str(seed)
        folder.mkdir()
        layout = write_layout(folder / "image", [LayerSpec(write_tar(layer), "none") for layer in layers]).path
        command = [umoci, "unpack", "--image", f"{layout}:latest", str(folder / "bundle")]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            continue  # an entry below a file, a circle of links
        accepted += 1
        with opened(folder, layers) as image:
            ours = found_in(image.stack, TarReader(folder))
        assert without_owners(ours) == without_owners(found_on_disk(folder / "bundle/rootfs")), layers
    assert accepted > count // 2


@pytest.mark.slow
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layers=STACKS)
def test_every_view_follows_them_alike(layers: list[list[Entry]], tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened(tmp_path_factory.mktemp("layers"), layers) as image:
        assert_views_agree(image)
