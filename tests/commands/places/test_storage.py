"""Commands on the storage of podman and buildah say the same as on a layout that was pushed from it."""

import json
import os
import shutil
from pathlib import Path

import pytest

from ocitui.layers.cache import LayerCache
from ocitui.spec.digest import Digest
from tests.commands.conftest import Result, Run
from tests.images import with_umoci
from tests.images.storages import release, store
from tests.images.with_buildah import Buildah

pytestmark = pytest.mark.peer

NAME = "docker.io/example/umoci:1.0"
FILE = "/usr/bin/tool"


@pytest.fixture
def vfs(umoci_layout: Path, tmp_path: Path) -> Path:
    """A storage to damage."""
    return store(f"{umoci_layout}:{with_umoci.TAG}", tmp_path / "root", "vfs", NAME)


def _check_same(layout: str, storage: str, files: list[str], run: Run) -> None:
    for arguments in (["ls", "-R", "-l"], *(["which", file] for file in files), *(["cat", file] for file in files)):
        command, *rest = arguments
        expected, found = run(command, layout, *rest), run(command, storage, *rest)
        assert expected.code == 0
        if command == "which":  # the compressed layers go by other digests
            assert (found.code, found.err) == (0, "")
            assert found.out.splitlines()[0] == expected.out.splitlines()[0]
        else:
            assert (found.code, found.out, found.err) == (expected.code, expected.out, expected.err)


def _check_layers(root: Path, driver: str, name: str) -> None:
    """Every layer of the image was verified when it was scanned."""
    records = json.loads((root / f"{driver}-layers/layers.json").read_bytes())
    images = json.loads((root / f"{driver}-images/images.json").read_bytes())
    by_id = {record["id"]: record for record in records}
    number = next(image["layer"] for image in images if name in image.get("names", []))
    count = 0
    while number:
        index = LayerCache().find(Digest.parse(by_id[number]["diff-digest"]))
        assert index is not None
        assert index.summary.verified
        assert str(index.summary.diff_id) == by_id[number]["diff-digest"]
        index.close()
        number = by_id[number].get("parent")
        count += 1
    assert count > 1


def test_what_buildah_built(buildah: Buildah, buildah_layout: Path, run: Run) -> None:
    root = buildah.work / "storage"
    storage = f"containers-storage:[vfs@{root}+{buildah.work / 'run'}]localhost/oci:latest"
    _check_same(f"{buildah_layout}:oci", storage, ["/srv/hello.txt", "/data/c", "/bin/busybox"], run)
    _check_layers(root, "vfs", "localhost/oci:latest")
    _check_same(f"{buildah_layout}:oci", f"{root}:localhost/oci:latest", ["/data/c"], run)


@pytest.mark.parametrize("driver", ["vfs", "overlay"])
def test_what_was_pulled(driver: str, umoci_layout: Path, tmp_path: Path, run: Run) -> None:
    root = tmp_path / "root"
    try:
        store(f"{umoci_layout}:{with_umoci.TAG}", root, driver, NAME)
    except AssertionError as error:
        if driver == "vfs":
            raise
        pytest.skip(f"no overlay here: {error}")
    finally:
        release(root)
    storage = f"containers-storage:[{driver}@{root}]{NAME}"
    _check_same(f"{umoci_layout}:{with_umoci.TAG}", storage, [FILE], run)
    _check_layers(root, driver, NAME)
    inspected = run("inspect", storage)
    assert (inspected.code, inspected.err) == (0, "")


def _check_calm(done: Result, what: object) -> None:
    """It is an answer, or one message."""
    assert done.code in (0, 1, 2), (what, done)
    assert "Traceback" not in done.err, (what, done)
    assert done.code != 2 or done.err.count("\n") >= 1, (what, done)


def _try_all(root: Path, what: object, run: Run) -> list[Result]:
    place = f"containers-storage:[vfs@{root}]"
    found = []
    for arguments in (
        ["inspect", place],
        ["ls", "-R", place],
        ["which", place, FILE],
        ["cat", place, FILE],
        ["which", f"{place}{NAME}", FILE],
    ):
        done = run(*arguments)
        _check_calm(done, (what, arguments))
        found.append(done)
    return found


@pytest.mark.parametrize("table", ["vfs-images/images.json", "vfs-layers/layers.json"])
def test_cut_tables(table: str, vfs: Path, run: Run) -> None:
    path = vfs / table
    data = path.read_bytes()
    for tenth in range(10):
        path.write_bytes(data[: len(data) * tenth // 10])
        _try_all(vfs, tenth, run)
    for wrong in (b"{}", b"[[]]", b'[{"id": {}}]', b"\xff", b"[" * 100_000, b'[{"id": "ab", "names": 5, "layer": []}]'):
        path.write_bytes(wrong)
        _try_all(vfs, wrong[:10], run)
    path.unlink()
    _try_all(vfs, "missing", run)


def test_cut_tar_splits(vfs: Path, run: Run) -> None:
    whole = {path: path.read_bytes() for path in (vfs / "vfs-layers").glob("*.gz")}
    for tenth in range(10):
        for path, data in whole.items():
            path.write_bytes(data[: len(data) * tenth // 10])
        done = run("cat", f"containers-storage:[vfs@{vfs}]", FILE)
        assert done.code == 2
        assert "the tar-split: " in done.err
        _try_all(vfs, tenth, run)
    for path in whole:
        path.unlink()
    done = _try_all(vfs, "missing", run)[3]
    assert done.code == 2
    assert "tar-split.gz is missing, by which its files are put together" in done.err


@pytest.mark.parametrize("damage", ["missing", "cut", "longer", "changed", "link", "folder"])
def test_damaged_files(damage: str, vfs: Path, tmp_path: Path, run: Run) -> None:
    paths = [path for path in (vfs / "vfs/dir").rglob("*") if path.is_file() and not path.is_symlink()]
    assert paths
    outside = tmp_path / "outside"
    for path in paths:
        data = path.read_bytes()
        path.unlink()
        match damage:
            case "cut":
                path.write_bytes(data[:-1])
            case "longer":
                path.write_bytes(data + b"x")
            case "changed":
                path.write_bytes(bytes(len(data)))
            case "link":
                outside.write_bytes(data)
                path.symlink_to(outside)
            case "folder":
                path.mkdir()
    _, _, _, cat, _ = _try_all(vfs, damage, run)
    assert cat.code == 2 or damage == "changed"
    assert ("expected sha256:" if damage == "changed" else "': expected ") in cat.err


def test_folders_of_layers_that_are_gone(vfs: Path, run: Run) -> None:
    shutil.rmtree(vfs / "vfs")
    done = _try_all(vfs, "gone", run)[3]
    assert done.code == 2
    assert "expected a folder with the files of the layer, found none" in done.err


def test_no_storage_is_one_message(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "storage.conf"
    settings.write_text(f'[storage]\ngraphroot = "{tmp_path}/x"\nrootless_storage_path = "{tmp_path}/x"\n')
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", os.fspath(settings))
    for place in ("containers-storage:", f"containers-storage:[{tmp_path}]", "containers-storage:[zfs]"):
        done = run("inspect", place)
        assert done.code == 2
        assert "of podman, buildah or CRI-O" in done.message
