"""A store of containerd says what the layout says that was imported into it, and breaks off with a message."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.images.with_containerd import CONTENT, DATABASE, blob, copy_store, running
from tests.images.with_umoci import TAG

pytestmark = pytest.mark.peer

NAME = "docker.io/example/umoci:umoci"
COMMANDS = (["ls", "-R", "-l"], ["which", "/usr/bin/tool"], ["cat", "/usr/bin/tool"], ["find", "name:tool"])


@pytest.fixture
def store(containerd_store: Path, tmp_path: Path) -> Path:
    """A store to damage."""
    return copy_store(containerd_store, tmp_path / "store")


def layers(layout: Path) -> list[str]:
    """The digests of the manifest, and of the layers of its image."""
    manifest = json.loads((layout / "index.json").read_bytes())["manifests"][0]["digest"]
    found = json.loads((layout / "blobs" / manifest.replace(":", "/")).read_bytes())["layers"]
    return [manifest, *(layer["digest"] for layer in found)]


@pytest.mark.parametrize("part", ["", CONTENT])
def test_it_says_the_same_as_the_layout(part: str, containerd_store: Path, umoci_layout: Path, run: Run) -> None:
    for command, *rest in COMMANDS:
        expected = run(command, f"{umoci_layout}:{TAG}", *rest)
        assert expected.code == 0
        digest = layers(umoci_layout)[0]
        for name in ("", f":{NAME}", ":example/umoci:umoci", f":sha256:{'1' * 64}", f"@{digest}", f":{NAME}@{digest}"):
            found = run(command, f"{containerd_store / part}{name}", *rest)
            assert (found.code, found.out, found.err) == (0, expected.out, ""), (command, name)


def test_every_name_is_listed(containerd_store: Path, umoci_layout: Path, run: Run) -> None:
    done = run("inspect", "--json", containerd_store)
    assert (done.code, done.err) == (0, "")
    manifest = layers(umoci_layout)[0]
    expected = [NAME, "docker.io/other/umoci:umoci", f"docker.io/example/umoci@{manifest}", f"sha256:{'1' * 64}"]
    text = run("inspect", containerd_store).text
    places = [text.index(f"─ {name}  image") for name in expected]
    assert places == sorted(places)
    assert "io.containerd.namespace=default,k8s.io" in text


def test_while_it_runs(store: Path, oci_archive: Path, run: Run) -> None:
    with running(store) as containerd:
        assert run("cat", f"{store}:{NAME}", "/usr/bin/tool").text == "#!/bin/sh\n"
        for number in range(5):
            containerd.ctr("image", "tag", NAME, f"docker.io/example/new:{number}")
            assert run("ls", f"{store}:docker.io/example/new:{number}").code == 0
        containerd.ctr("image", "rm", NAME)
        assert "docker.io/example/umoci:umoci" in run("inspect", store).text  # that of k8s.io
        containerd.ctr("image", "rm", NAME, namespace="k8s.io")
        assert "docker.io/example/umoci:umoci" not in run("inspect", store).text


def test_a_database_that_is_cut_at_every_tenth(store: Path, run: Run) -> None:
    data = (store / DATABASE).read_bytes()
    for tenth in range(10):
        (store / DATABASE).write_bytes(data[: len(data) * tenth // 10])
        done = run("inspect", store)
        assert "Traceback" not in done.err
        assert bool(done.err) == (done.code == 2), (tenth, done.err)
        for command, *rest in COMMANDS:
            done = run(command, store, *rest)
            assert done.code in (0, 2), (tenth, command)
            assert done.err.count("\n") == bool(done.err), done.err
            assert done.out, (tenth, command)


def test_images_without_a_database(store: Path, umoci_layout: Path, run: Run) -> None:
    (store / DATABASE).unlink()
    done = run("inspect", store)
    assert done.code == 2
    folder = DATABASE.rpartition("/")[0]
    assert done.message == (f"meta.db: missing in {folder}; the names of the images are not known")
    assert layers(umoci_layout)[0] in done.text
    expected = run("ls", "-R", "-l", f"{umoci_layout}:{TAG}")
    assert run("ls", "-R", "-l", f"{store}@{layers(umoci_layout)[0]}").out == expected.out


def test_a_blob_that_is_missing_or_a_link_out(store: Path, umoci_layout: Path, tmp_path: Path, run: Run) -> None:
    digest = layers(umoci_layout)[2]  # the last one with /usr/bin/tool
    layer = blob(store, digest)
    outside = layer.rename(tmp_path / "outside")
    for is_link, said in (
        (False, "blob missing"),
        (True, "expected a file of the folder, found a link out of"),
    ):
        if is_link:
            layer.symlink_to(outside)
        done = run("inspect", store)  # of documents alone, all of which are there
        assert done.code == 0
        assert (said if is_link else "1 layer missing") in done.message
        for command, *rest in COMMANDS:
            done = run(command, store, *rest)
            assert done.code == 2, command
            assert digest in done.message
            assert said in done.message


def test_what_was_not_pulled_for_other_platforms_may_be_missing(demo_layout: Path, tmp_path: Path, run: Run) -> None:
    archive = tmp_path / "demo.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(demo_layout, ".")
    store = tmp_path / "store"
    with running(store) as containerd:
        containerd.load(archive, "docker.io/example/demo")
    name = f"{store}:docker.io/example/demo:latest"
    index = json.loads(blob(store, run("inspect", "--json", name).json["tree"]["descriptor"]["digest"]).read_bytes())
    for each in index["manifests"][1:]:  # as pulling one platform leaves them
        blob(store, each["digest"]).unlink(missing_ok=True)
    done = run("inspect", name)
    assert (done.code, done.message) == (0, "1 manifest of another platform, 2 attestations missing")
    assert run("verify", "--sparse", name).code == 0
