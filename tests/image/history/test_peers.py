"""Images that buildah, podman and umoci make here: what is shown of each layer is what made it."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ocitui.image.documents.dockerfile import dockerfile
from ocitui.image.documents.tree import build_tree
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.selection import images_below
from ocitui.transports.layout import Layout
from tests.images.tools import require_root, require_tool, run

pytestmark = pytest.mark.peer

_DOCKERFILE = 'FROM {base}\nENV A=1\nCOPY f /f\nCOPY g /g\nCMD ["/f"]\n'

Run = Callable[..., None]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a build context and make, with umoci, a base of one layer without a history."""
    require_root()
    work = tmp_path_factory.mktemp("history")
    (work / "context").mkdir()
    for name in "fg":
        (work / "context" / name).write_text(name)
    (work / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    run(require_tool("tar"), "-C", work / "context", "-cf", work / "one.tar", "f")
    umoci, bare = require_tool("umoci"), f"{work / 'bare'}:bare"
    run(umoci, "init", "--layout", work / "bare")
    run(umoci, "new", "--image", bare)
    run(umoci, "raw", "add-layer", "--no-history", "--image", bare, work / "one.tar")
    return work


def engine(work: Path, name: str) -> Run:
    """Run buildah or podman with a storage of its own."""
    tool = require_tool(name)
    state = tempfile.mkdtemp(prefix="ocitui-")  # podman takes no long path for it
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    own = ("--cgroup-manager", "cgroupfs", "--events-backend", "none") if name == "podman" else ()
    storage = ("--storage-driver", "vfs", "--root", work / "storage", "--runroot", state, *own)
    environment = {"BUILDAH_ISOLATION": "chroot", "TMPDIR": os.fspath(work)}
    return lambda *rest: run(tool, *storage, *rest, environment=environment) and None


def only_image(layout: Path) -> Image:
    (image,) = images_below(build_tree(Layout.open(layout)))
    return image


def shown(layout: Path) -> list[str]:
    image = only_image(layout)
    return [origin_text(image.history, layer.number) for layer in image.layers]


def built(work: Path, to: Path, base: str, *options: str) -> list[str]:
    buildah, policy = engine(work, "buildah"), ("--signature-policy", work / "policy.json")
    (work / "context" / "Dockerfile").write_text(_DOCKERFILE.format(base=base))
    buildah("bud", *policy, *options, "--tag", "built", work / "context")
    buildah("push", *policy, "built", f"oci:{to}:built")
    return [" ".join(word for word in text.split() if not word.startswith("file:")) for text in shown(to)]


def test_buildah_makes_one_layer(work: Path, tmp_path: Path) -> None:
    assert built(work, tmp_path, "scratch") == ["one of: COPY /f, COPY /g (built as one layer)"]


def test_buildah_makes_a_layer_of_each(work: Path, tmp_path: Path) -> None:
    found = built(work, tmp_path, "scratch", "--layers")
    assert len(found) == 2
    assert found[0].startswith(("COPY /f", "one of: COPY /f, the base "))
    assert found[1] == "COPY /g"


def test_buildah_on_a_base_without_history(work: Path, tmp_path: Path) -> None:
    found = built(work, tmp_path, f"oci:{work / 'bare'}:bare")
    assert found[0].startswith("(no history entry")
    assert found[1].startswith(("one of: COPY /f, COPY /g (", "(no history entry"))  # none at all since 1.35


def test_buildah_squashes(work: Path, tmp_path: Path) -> None:
    (found,) = built(work, tmp_path, f"oci:{work / 'bare'}:bare", "--squash")
    assert found.startswith(("one of: COPY /f, COPY /g, the base ", "(no history entry"))
    assert "squashed" in found or "no history" in found


def test_buildah_leaves_the_history_out(work: Path, tmp_path: Path) -> None:
    assert built(work, tmp_path, "scratch", "--omit-history") == ["(no history entry)"]


@pytest.mark.parametrize("options", [(), ("--layers",)])
@pytest.mark.parametrize("base_options", [(), ("--layers",)])
def test_buildah_names_the_base_before_what_is_built_on_it(
    work: Path, tmp_path: Path, base_options: tuple[str, ...], options: tuple[str, ...]
) -> None:
    base = tmp_path / "base"
    built(work, base, "scratch", *base_options)
    built(work, tmp_path / "out", f"oci:{base}:built", *options)
    own = [line.text for line in dockerfile(only_image(base)) if not line.is_remark]
    lines = [line.text for line in dockerfile(only_image(tmp_path / "out")) if line.row is not None]
    lines = [line for line in lines if not line.startswith("# layer")]
    assert lines[: len(own)] == own
    assert lines[len(own)].startswith("# FROM ")
    assert lines[len(own) + 1 :] == own


def test_podman_commits(work: Path, tmp_path: Path) -> None:
    built(work, tmp_path / "built", "scratch")
    podman = engine(work, "podman")
    podman("create", "--name", "made", "--network", "none", "built", "/f")
    podman("cp", work / "context" / "g", "made:/made")
    podman("commit", "made", "committed")
    policy = ("--signature-policy", work / "policy.json")
    engine(work, "buildah")("push", *policy, "committed", f"oci:{tmp_path / 'out'}:committed")
    assert shown(tmp_path / "out")[1] == "commit of a container (no command recorded)"  # but /bin/sh, whatever ran


def test_buildah_commits(work: Path, tmp_path: Path) -> None:
    built(work, tmp_path / "built", "scratch")
    buildah, policy = engine(work, "buildah"), ("--signature-policy", work / "policy.json")
    buildah("from", *policy, "--name", "it", "built")
    buildah("config", "--shell", "/bin/bash -o pipefail -c", "it")
    buildah("copy", "it", work / "context" / "g", "/made")
    buildah("commit", *policy, "--format", "docker", "it", "by-hand")
    buildah("push", *policy, "by-hand", f"oci:{tmp_path / 'out'}:it")
    assert shown(tmp_path / "out")[1] == "commit of a container (no command recorded)"


def test_umoci_adds_layers_with_and_without_a_history(work: Path, tmp_path: Path) -> None:
    umoci, image = require_tool("umoci"), f"{tmp_path / 'l'}:x"
    run(umoci, "init", "--layout", tmp_path / "l")
    run(umoci, "new", "--image", image)
    run(umoci, "raw", "add-layer", "--image", image, work / "one.tar")
    assert shown(tmp_path / "l") == ["umoci raw add-layer"]
    run(umoci, "raw", "add-layer", "--no-history", "--image", image, work / "one.tar")
    told = "(unknown: umoci raw add-layer or an instruction without an entry; fewer entries than layers)"
    assert shown(tmp_path / "l") == [told, told]
