"""``ocitui tags`` and ``ocitui digest``: the names in a place, and the digest of one document."""

import json
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.spec import media_type
from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, kaniko_form, write_docker_archive
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.tools import require_tool
from tests.images.tools import run as run_tool

TAR = write_tar([file("etc/motd", "hello\n")])


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [TAR])


def test_names_one_a_line_in_the_order_of_the_index(run: Run, demo_layout: Path) -> None:
    done = run("tags", demo_layout)
    assert (done.code, done.err) == (0, "")
    assert done.lines == ["latest", "1.3.2"]
    every = run("tags", demo_layout, "--all").lines
    assert every[:2] == done.lines
    assert [name.partition("-")[0] for name in every[2:]] == ["sha256"], "the tag that lists referrers"
    assert run("tags", demo_layout, "--filter", "sha256-*").lines == []
    for name in every:
        assert run("digest", f"{demo_layout}:{name}").code == 0


@pytest.mark.parametrize(
    ("glob", "expected"),
    [("1.*", [3]), ("*nginx*", [0, 1, 2]), ("docker.io/*", []), ("docker.io/**", [0]), ("**/nginx:?.2", [0, 1])],
)
def test_names_like_a_glob_as_find_reads_it(glob: str, expected: list[int], tmp_path: Path, run: Run) -> None:
    names = ["docker.io/library/nginx:1.2", "quay.io/nginx:1.2", "nginx:1.2-alpine", "1.2"]
    index = write_layout(tmp_path, [TAR]).path / "index.json"
    document = json.loads(index.read_bytes())
    (entry,) = document["manifests"]
    document["manifests"] = [{**entry, "annotations": {"org.opencontainers.image.ref.name": name}} for name in names]
    index.write_text(json.dumps(document))
    assert run("tags", tmp_path, "--filter", glob).lines == [names[place] for place in expected]
    assert run("tags", tmp_path, "--filter", "[z-a]").message.startswith("'[z-a]': not a valid pattern: ")
    assert f"the tags are: {', '.join(sorted(names))}" in run("ls", f"{tmp_path}:none").message


def test_images_are_counted_alike(run: Run, demo_layout: Path) -> None:
    assert "of 3 images; name another" in run("ls", demo_layout).message
    assert ": has 3 images; choose one" in run("digest", demo_layout).message


def test_names_as_json(run: Run, layout: WrittenLayout) -> None:
    assert run("tags", layout.path, "--json").json == {
        "schemaVersion": 1,
        "place": str(layout.path),
        "tags": [
            {
                "name": "latest",
                "digest": layout.manifest,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "size": layout.blob(layout.manifest).stat().st_size,
            }
        ],
    }


def test_names_of_an_archive(run: Run, tmp_path: Path) -> None:
    image = ArchiveImage([TAR], tags=["example:1", "example:2"])
    archive = write_docker_archive(tmp_path / "image.tar", kaniko_form(image))
    assert sorted(run("tags", archive).lines) == ["example:1", "example:2"]


def test_a_place_without_names(run: Run, tmp_path: Path) -> None:
    done = run("tags", write_layout(tmp_path / "image", [TAR], tag=None).path)
    assert (done.code, done.out, done.err) == (0, b"", "")


def test_an_image_is_no_place(run: Run, layout: WrittenLayout) -> None:
    done = run("tags", f"{layout.path}:latest")
    assert (done.code, done.out) == (2, b"")
    assert done.message.endswith("names an image; leave out its tag or digest")


def test_a_damaged_index_has_no_names(run: Run, layout: WrittenLayout) -> None:
    (layout.path / "index.json").write_text("{")
    assert (run("tags", layout.path).code, run("digest", f"{layout.path}:latest").code) == (2, 2)


def test_the_digest_of_an_index_and_of_its_image(run: Run, demo_layout: Path) -> None:
    entry = json.loads((demo_layout / "index.json").read_bytes())["manifests"][0]
    assert run("digest", f"{demo_layout}:latest").text == f"{entry['digest']}\n"
    index = json.loads((demo_layout / "blobs/sha256" / entry["digest"][7:]).read_bytes())
    arm64 = next(each for each in index["manifests"] if each["platform"]["architecture"] == "arm64")
    assert run("digest", f"{demo_layout}:latest", "--platform", "linux/arm64").text == f"{arm64['digest']}\n"
    manifest = json.loads((demo_layout / "blobs/sha256" / arm64["digest"][7:]).read_bytes())
    found = run("digest", f"{demo_layout}:latest", "--platform", "linux/arm64", "--config")
    assert found.text == f"{manifest['config']['digest']}\n"


def test_a_digest_is_never_chosen_among_several(run: Run, demo_layout: Path, layout: WrittenLayout) -> None:
    for option in ((), ("--config",)):
        done = run("digest", demo_layout, *option)
        assert (done.code, done.out) == (2, b"")
        assert done.message == f"{demo_layout}: has 3 images; choose one by its tag (latest, 1.3.2) or @DIGEST"
    assert run("digest", layout.path).text == f"{layout.manifest}\n"


def test_a_document_that_is_damaged_or_missing(run: Run, layout: WrittenLayout) -> None:
    layout.replace(layout.manifest, layout.blob(layout.manifest).read_bytes() + b" ")
    done = run("digest", layout.path)
    assert (done.code, done.text) == (2, f"{layout.manifest}\n")
    assert "expected digest" in done.message
    layout.remove(layout.manifest)
    done = run("digest", layout.path)
    assert (done.code, done.text) == (2, f"{layout.manifest}\n")


def test_a_manifest_that_was_made_has_no_digest(run: Run, tmp_path: Path) -> None:
    image = ArchiveImage([TAR])
    archive = write_docker_archive(tmp_path / "image.tar", kaniko_form(image))
    done = run("digest", archive)
    assert (done.code, done.out) == (2, b"")
    assert "no manifest is stored here" in done.message
    (name,) = (member for member in kaniko_form(image) if member.name.startswith(b"sha256:"))
    assert run("digest", "--config", archive).text == f"{name.name.decode()}\n"


@pytest.mark.peer
def test_skopeo_says_the_same(run: Run, demo_layout: Path) -> None:
    skopeo = require_tool("skopeo")
    for tag in ("latest", "1.3.2"):
        said = run_tool(skopeo, "inspect", "--format", "{{.Digest}}", f"oci:{demo_layout}:{tag}")
        assert run("digest", f"{demo_layout}:{tag}").out == said


def test_tags_of_an_index_that_cannot_be_used(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [TAR])
    (layout.path / "index.json").write_text("{}")
    done = run("tags", layout.path)
    assert (done.code, done.text) == (2, "")
    assert "index.json: schemaVersion: expected 2, found nothing" in done.err


def test_tags_of_an_index_in_other_letters(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [TAR])
    index = layout.path / "index.json"
    index.write_text(index.read_text().replace('"manifests"', '"Manifests"'))
    assert run("tags", layout.path).code == run("ls", layout.path).code == 0


def test_a_name_of_an_image_of_dockers_media_types(tmp_path: Path, run: Run) -> None:
    """As `ctr image export` writes it; skopeo 1.9.3 knows no such name, umoci 0.4.7 reads nothing below it."""
    types = {"mediaType": media_type.DOCKER_MANIFEST}
    written = write_layout(
        tmp_path / "image",
        [LayerSpec(TAR, descriptor={"mediaType": f"{media_type.DOCKER_LAYER}.gzip"})],
        manifest=types,
        manifest_descriptor=types,
        config_descriptor={"mediaType": media_type.DOCKER_CONFIG},
    )
    place = f"{written.path}:latest"
    assert run("tags", written.path).lines == ["latest"]
    assert run("ls", place, "/etc").lines == ["motd"]
    done = run("verify", place)
    assert done.code == 0, done.out
