"""Docker archives of every builder are read alike; layers are known by their diff IDs, which are checked."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.demo.tar import directory, file, whiteout, write_tar
from ocitui.errors import OcituiError, UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.node import Node
from ocitui.image.selection import images_below, select_image, select_node
from ocitui.layers.cache import LayerCache
from ocitui.layers.reader import LayerReader
from ocitui.layers.scan.scan import index_layer
from ocitui.spec.digest import Digest
from ocitui.transports.docker_archive import DockerArchive
from ocitui.transports.layout import Layout
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import Transport
from tests.images.docker_archive_writer import (
    ArchiveImage,
    Members,
    jib_form,
    kaniko_form,
    link,
    old_form,
    table,
    todays_form,
    write_docker_archive,
)

LOWER = write_tar([directory("etc"), file("etc/motd", "hello\n"), file("big", b"0123456789abcdef" * 4096)])
UPPER = write_tar([whiteout("etc/motd"), file("new", "n")])
IMAGE = ArchiveImage([LOWER, UPPER])
GZIP = ArchiveImage([LOWER, UPPER], compression="gzip")


def opened(path: Path, members: Members) -> tuple[Transport, Node]:
    transport, _ = open_reference(str(write_docker_archive(path, members)))
    return transport, build_tree(transport)


def only_image(top: Node) -> Image:
    (image,) = images_below(top)
    return image


def index(transport: Transport, image: Image, number: int, cache: LayerCache):  # type: ignore[no-untyped-def]
    return index_layer(image.layers[number - 1].request(transport), cache)


FORMS: dict[str, Members] = {
    "old": old_form(IMAGE),
    "old, gzip": old_form(GZIP),
    "kaniko": kaniko_form(GZIP),
    "kaniko, plain": kaniko_form(IMAGE),
    "jib": jib_form(GZIP),
    "jib, zstd": jib_form(ArchiveImage([LOWER, UPPER], compression="zstd")),
    "today's": todays_form(IMAGE),
    "today's, gzip": todays_form(GZIP),
    "today's, no manifests": todays_form(IMAGE, lists_images=False),
    "today's, gzip, no manifests": todays_form(GZIP, lists_images=False),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_image(form: str, tmp_path: Path) -> None:
    transport, top = opened(tmp_path / "x.tar", FORMS[form])
    image = only_image(top)
    assert list(top.all_problems()) == []
    assert [str(layer.diff_id) for layer in image.layers] == IMAGE.diff_ids
    assert image.config is not None
    assert image.config.execution.cmd == ("/bin/true",)
    assert [row.layer for row in image.history.rows] == [1, 2]
    cache = LayerCache()
    with index(transport, image, 1, cache) as lower, index(transport, image, 2, cache) as upper:
        for found, diff_id in ((lower, IMAGE.diff_ids[0]), (upper, IMAGE.diff_ids[1])):
            assert found.summary.verified
            assert str(found.summary.diff_id) == diff_id
            assert not found.summary.damages
            assert cache.root in found.path.parents  # it was taken into the cache
        with LayerReader(image.layers[0].locate(transport), lower) as reader:
            entry = next(entry for path, entry in lower.walk() if path == b"big")
            assert reader.read(entry, 30, 4) == b"ef01"
    for layer in image.layers:  # and is found there
        known = layer.find_index(cache)
        assert known is not None
        known.close()


@pytest.mark.parametrize("form", ["today's, no manifests", "old"])
def test_the_names_of_the_image(form: str, tmp_path: Path) -> None:
    _, top = opened(tmp_path / "x.tar", FORMS[form])
    (entry,) = top.children
    assert (entry.name, entry.is_made, top.name) == ("example:latest", True, "manifest.json")
    assert json.loads(top.raw or b"")[0]["RepoTags"] == ["example:latest"]


@pytest.mark.parametrize("tag", ["example:latest", "example", "docker.io/library/example:latest"])
@pytest.mark.parametrize("form", ["old", "today's"])
def test_an_image_is_found_by_every_way_to_say_its_name(form: str, tag: str, tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "x.tar", FORMS[form])
    for text in (f"{path}:{tag}", f"docker-archive:{path}:{tag}"):
        transport, reference = open_reference(text)
        assert select_node(build_tree(transport), reference).descriptor is not None


def test_several_images_and_their_shared_layers(tmp_path: Path) -> None:
    other = ArchiveImage([LOWER], ["other:1", "other:latest"], config={"os": "linux", "config": {"Cmd": ["/other"]}})
    nameless = ArchiveImage([UPPER], [], config={"config": {"Cmd": ["/nameless"]}})
    path = write_docker_archive(tmp_path / "x.tar", old_form(IMAGE, other, nameless))
    transport, _ = open_reference(str(path))
    top = build_tree(transport)
    assert [node.name for node in top.children] == ["example:latest", "other:1", "other:latest", ""]
    assert list(top.all_problems()) == []  # the second image's layer is a link to the first one's
    commands = []
    for number in range(3):
        _, reference = open_reference(f"{path}:@{number}")
        assert open_reference(f"{path}@{number}")[1].number == number
        config = select_image(select_node(top, reference), None).config
        assert config is not None
        commands.append(config.execution.cmd)
    assert commands == [("/bin/true",), ("/other",), ("/nameless",)]
    with pytest.raises(UsageError, match="no image with the number 3; there are 3, counted from 0"):
        select_node(top, open_reference(f"{path}@3")[1])
    with pytest.raises(UsageError, match="no tag 'none'; the tags are: example:latest, other:1"):
        select_node(top, open_reference(f"{path}:none")[1])


def test_a_layer_that_is_not_what_its_diff_id_says_is_damaged_and_never_cached(tmp_path: Path) -> None:
    for compression in ("none", "gzip"):
        lying = ArchiveImage([LOWER], compression=compression, config={"rootfs": {"diff_ids": IMAGE.diff_ids[1:]}})  # type: ignore[arg-type]
        transport, top = opened(tmp_path / f"{compression}.tar", old_form(lying))
        cache = LayerCache()
        with index(transport, only_image(top), 1, cache) as found:
            assert not found.summary.verified
            said = str(found.summary.damage)
            assert said == f"expected {IMAGE.diff_ids[1]}, found {IMAGE.diff_ids[0]}"
        assert cache.usage().layers == 0


def test_a_compressed_layer_does_not_stand_for_the_plain_one(tmp_path: Path) -> None:
    """Both go by one diff ID: the index of one knows nothing of the other's size and seek points."""
    cache = LayerCache()
    for name, form in (("gzip", "old, gzip"), ("plain", "old"), ("zstd", "jib, zstd")):
        transport, top = opened(tmp_path / name, FORMS[form])
        image = only_image(top)
        assert image.layers[0].find_index(cache) is None
        with index(transport, image, 1, cache) as found:
            assert found.summary.compression.value == ("none" if name == "plain" else name)
            assert found.summary.blob_size == image.layers[0].descriptor.size
    assert cache.usage().layers == 3


DAMAGED: dict[str, tuple[Members, str]] = {
    "a config that is not there": (
        [table({"Config": "x.json", "RepoTags": None, "Layers": []})],
        r"manifest.json[0]: config 'x.json': missing",
    ),
    "a layer that is not there": (
        [file("c.json", IMAGE.config_bytes), table({"Config": "c.json", "Layers": ["a/layer.tar", "b/layer.tar"]})],
        "manifest.json[0]: layer 1 'a/layer.tar': missing",
    ),
    "a layer that is a link out": (
        [
            file("c.json", IMAGE.config_bytes),
            link("a.tar", "/etc/passwd"),
            table({"Config": "c.json", "Layers": ["a.tar"]}),
        ],
        "manifest.json[0]: layer 1 'a.tar': expected a file of the archive, found a link out of it",
    ),
    "a layer that is a circle": (
        [
            file("c.json", IMAGE.config_bytes),
            link("a", "b"),
            link("b", "a"),
            table({"Config": "c.json", "Layers": ["a"]}),
        ],
        "manifest.json[0]: layer 1 'a': expected a file of the archive, found links that lead in a circle",
    ),
    "a layer that is a folder": (
        [file("c.json", IMAGE.config_bytes), directory("a"), table({"Config": "c.json", "Layers": ["a"]})],
        "manifest.json[0]: layer 1 'a': expected a file, found a folder",
    ),
    "a byte-order mark": (
        [*FORMS["old"], file("manifest.json", b"\xef\xbb\xbf[]")],
        "expected a JSON list, found a byte-order mark before it",
    ),
    "no list": ([file("manifest.json", "{}")], "manifest.json: expected a list of images, found an object"),
    "no JSON": ([file("manifest.json", "[")], "manifest.json: expected JSON, found something else at line 1, column 2"),
    "an image that is none": (
        [file("manifest.json", "[1]")],
        "manifest.json[0]: expected an image, found the number 1",
    ),
    "a config that is no name": (
        [table({"Config": 3})],
        "manifest.json[0].Config: expected the name of a config, found the number 3",
    ),
    "layers that are no names": (
        [table({"Config": "c", "Layers": [1]})],
        "manifest.json[0].Layers: expected a list of names, found a list",
    ),
    "a config of another digest": (
        [file(f"{'ab' * 32}.json", "{}"), table({"Config": f"{'ab' * 32}.json", "Layers": []})],
        f"config sha256:{'ab' * 32}: expected digest sha256:{'ab' * 32}, found sha256:",
    ),
    "a config that is no JSON": ([file("c.json", "x"), table({"Config": "c.json"})], "expected JSON, found something"),
    "fewer diff IDs than layers": (
        [
            file("c.json", json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": []}})),
            file("a", LOWER),
            table({"Config": "c.json", "Layers": ["a"]}),
        ],
        "expected 1 diff ID, one for each lay",
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_is_said(what: str, tmp_path: Path) -> None:
    members, message = DAMAGED[what]
    _, top = opened(tmp_path / "x.tar", members)
    assert any(message in problem for problem in top.all_problems()), list(top.all_problems())


def test_the_last_of_two_members_of_one_name_counts(tmp_path: Path) -> None:
    transport, top = opened(tmp_path / "x.tar", [table({"Config": "c"}), *FORMS["old"]])
    assert isinstance(transport, DockerArchive)
    assert list(top.all_problems()) == []


def test_an_archive_older_than_its_table_is_told_from_one_that_is_none(tmp_path: Path) -> None:
    members = [file("repositories", "{}"), file("x/layer.tar", LOWER)]
    path = write_docker_archive(tmp_path / "x.tar", members)
    for text in (f"docker-archive:{path}", str(path)):
        with pytest.raises(UsageError, match=r"manifest\.json is missing; Docker before 1\.10 wrote none"):
            open_reference(text)
    write_docker_archive(path, [file("README", "hello")])
    with pytest.raises(UsageError, match=r"not a docker archive: manifest\.json is missing$"):
        open_reference(f"docker-archive:{path}")
    with pytest.raises(UsageError, match=r"no image in this archive, neither index\.json .* nor manifest\.json"):
        open_reference(str(path))


def test_a_layout_beside_the_table_is_preferred(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "x.tar", FORMS["today's"])
    for text in (str(path), f"oci-archive:{path}"):
        assert isinstance(open_reference(text)[0], Layout)
    assert isinstance(open_reference(f"docker-archive:{path}")[0], DockerArchive)
    write_docker_archive(path, FORMS["today's, no manifests"])
    assert isinstance(open_reference(str(path))[0], DockerArchive)
    assert isinstance(open_reference(f"oci-archive:{path}")[0], Layout)


@pytest.mark.parametrize("form", ["old", "kaniko", "today's"])
def test_cut_at_every_tenth(form: str, tmp_path: Path) -> None:
    whole = write_tar(FORMS[form])
    path = tmp_path / "x.tar"
    for tenth in range(10):
        size = len(whole) * tenth // 10
        path.write_bytes(whole[:size])
        try:
            transport, _ = open_reference(str(path))
        except UsageError:
            continue
        is_whole = size >= len(whole.rstrip(b"\0"))  # what follows the last member may be missing
        assert is_whole or list(build_tree(transport).all_problems())


def _random_table() -> st.SearchStrategy[object]:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["c.json", "a", "../a"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["Config", "config", "RepoTags", "Layers", "layers"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
    return st.lists(values, max_size=3) | values


@pytest.mark.slow
@given(_random_table())
def test_any_table_ends_in_a_message(found: object) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder, "x.tar")
        members = [file("c.json", IMAGE.config_bytes), file("a", LOWER), file("manifest.json", json.dumps(found))]
        write_docker_archive(path, members)
        transport, _ = open_reference(str(path))
        top = build_tree(transport)
        for image in images_below(top):
            for layer in image.layers:
                try:
                    layer.locate(transport)
                except OcituiError:
                    continue
        list(transport.digests())


def test_digests_are_those_that_are_here(tmp_path: Path) -> None:
    transport, top = opened(tmp_path / "x.tar", FORMS["old"])
    found = {str(digest) for digest in transport.digests()}
    assert found == {*IMAGE.diff_ids, str(Digest.of(IMAGE.config_bytes))}
    assert only_image(top).node.is_made
