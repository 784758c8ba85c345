"""The storage of podman, buildah and CRI-O: where it is, and what it says of its images."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.errors import BlobError, BlobMissingError, UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.node import Node, NodeKind
from ocitui.image.selection import select_node
from ocitui.spec.digest import Digest
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import DOCKER_LAYER, OCI_LAYER
from ocitui.spec.reference import readings
from ocitui.transports.containers_storage.records import data_name, file_name
from ocitui.transports.containers_storage.settings import StorageSettings, read_settings, read_spec
from ocitui.transports.containers_storage.storage import ContainersStorage, is_storage
from ocitui.transports.folder import Folder
from ocitui.transports.layout import Layout
from ocitui.transports.opening import open_reference
from tests.images import with_umoci
from tests.images.storages import release, store
from tests.images.tools import run
from tests.images.with_buildah import Buildah

pytestmark = pytest.mark.peer

NAME = "docker.io/example/umoci:1.0"


@pytest.fixture(scope="session")
def umoci_vfs(umoci_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storage with the image of `umoci_layout`, whose manifest names compressed layers."""
    return store(f"{umoci_layout}:{with_umoci.TAG}", tmp_path_factory.mktemp("vfs") / "root", "vfs", NAME)


@pytest.fixture
def vfs_copy(umoci_vfs: Path, tmp_path: Path) -> Path:
    """A storage to damage."""
    run("cp", "-a", umoci_vfs, tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A configuration file of its own; returns its path."""
    path = tmp_path / "storage.conf"
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(path))
    monkeypatch.delenv("STORAGE_DRIVER", raising=False)
    return path


def images(storage: ContainersStorage) -> list[Node]:
    """What is listed at the top."""
    return build_tree(storage).children


def diff_ids(layout: Path, tag: str) -> list[str]:
    """The diff IDs of an image in a layout."""
    top = build_tree(Layout.open(layout))
    node = next(node for node in top.walk() if node.descriptor is not None and node.descriptor.tag == tag)
    config = next(child for child in node.children if child.kind is NodeKind.CONFIG)
    return list(json.loads(config.raw or b"")["rootfs"]["diff_ids"])


def test_a_manifest_is_made_that_names_what_is_here(umoci_vfs: Path, umoci_layout: Path) -> None:
    storage = ContainersStorage(f"vfs@{umoci_vfs}")
    assert storage.problems == ()
    (node,) = images(storage)
    assert node.name == NAME
    assert node.is_made
    assert not list(node.all_problems())
    assert isinstance(node.document, Manifest)
    expected = diff_ids(umoci_layout, with_umoci.TAG)
    assert [str(layer.digest) for layer in node.document.layers] == expected
    assert {layer.media_type for layer in node.document.layers} == {OCI_LAYER}
    for layer in node.document.layers:
        assert layer.digest is not None
        assert storage.locate(layer.digest).size == layer.size
    assert {str(digest) for digest in storage.digests()} >= set(expected)


def test_a_manifest_that_names_what_is_here_stays(buildah: Buildah) -> None:
    buildah.build("docker", "docker")
    root = buildah.work / "storage"
    storage = ContainersStorage(folder=Folder(root, "here"))
    assert storage.place == "here"
    found = {node.name: node for node in images(storage) if node.name}
    stored = json.loads((root / "vfs-images/images.json").read_bytes())
    for name in ("oci", "other", "docker"):
        node = found[f"localhost/{name}:latest"]
        assert not list(node.all_problems())
        (record,) = [each for each in stored if f"localhost/{name}:latest" in each.get("names", [])]
        assert str(node.digest) == record["digest"]
        assert not node.is_made
    docker = found["localhost/docker:latest"].document
    assert isinstance(docker, Manifest)
    assert {layer.media_type for layer in docker.layers} <= {DOCKER_LAYER, f"{DOCKER_LAYER}.gzip"}


def test_images_without_names_come_last(buildah: Buildah) -> None:
    nodes = images(ContainersStorage(f"{buildah.work / 'storage'}"))
    names = [bool(node.name) for node in nodes]
    assert names == sorted(names, reverse=True)
    assert not all(names)


def test_a_list_of_images_names_those_that_are_here(buildah: Buildah, buildah_index_layout: Path) -> None:
    storage = ContainersStorage(f"{buildah.work / 'storage'}")
    (node,) = [node for node in images(storage) if node.name == "localhost/multi:latest"]
    assert node.kind is NodeKind.INDEX
    assert len(node.children) == 2
    assert not any(child.is_missing for child in node.walk())
    assert not list(node.all_problems())


def test_a_list_whose_images_are_made_names_those(vfs_copy: Path) -> None:
    table = vfs_copy / "vfs-images/images.json"
    records = json.loads(table.read_bytes())
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": records[0]["digest"], "size": 1},
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{'0' * 64}", "size": 1},
            {"digest": ["x"]},
            7,
        ],
    }
    (vfs_copy / "vfs-images/abc").mkdir()
    (vfs_copy / "vfs-images/abc/manifest").write_text(json.dumps(index))
    table.write_text(json.dumps([*records, {"id": "abc", "names": ["list"]}]))
    node = images(ContainersStorage(f"vfs@{vfs_copy}"))[1]
    assert node.kind is NodeKind.INDEX
    assert node.children[0].kind is NodeKind.IMAGE
    assert not any(child.is_missing for child in node.children[0].walk())
    assert node.children[1].is_missing


@pytest.mark.parametrize("what", ["table", "id", "short id", "name", "digest", "repository"])
def test_an_image_is_found_by_what_podman_calls_it(what: str, umoci_vfs: Path) -> None:
    (record,) = json.loads((umoci_vfs / "vfs-images/images.json").read_bytes())
    name = {
        "id": record["id"],
        "short id": record["id"][:12],
        "table": "@" + record["id"],
        "name": "example/umoci:1.0",
        "digest": f"{NAME}@{record['digest']}",
        "repository": f"{NAME}@{record['id']}",
    }[what]
    storage, reading = open_reference(f"containers-storage:[vfs@{umoci_vfs}]{name}")
    assert select_node(build_tree(storage), reading).digest == images(storage)[0].digest  # type: ignore[arg-type]


@pytest.mark.parametrize("transport", ["containers-storage:", ""])
def test_a_name_without_localhost(transport: str, buildah: Buildah) -> None:
    root = buildah.work / "storage"
    storage, reading = open_reference(f"containers-storage:[{root}]oci" if transport else f"{root}:oci")
    descriptor = select_node(build_tree(storage), reading).descriptor
    assert descriptor is not None
    assert descriptor.tag == "localhost/oci:latest"


def test_what_is_not_here_is_left_as_it_is(umoci_vfs: Path) -> None:
    storage = ContainersStorage(f"vfs@{umoci_vfs}")
    for name in ("", "nothing", "dead", "@dead", f"x@sha256:{'0' * 64}"):
        (reading,) = readings(f"containers-storage:{name}")
        assert storage.resolve(reading) == reading
    with pytest.raises(BlobMissingError):
        storage.locate(Digest.of(b"nothing"))


@pytest.mark.parametrize(
    ("spec", "driver", "root"),
    [
        ("", "", None),
        ("overlay", "overlay", None),
        ("overlay2@", "overlay", None),
        ("/x", "", "/x"),
        ("vfs@/x", "vfs", "/x"),
        ("vfs@/x+/y", "vfs", "/x"),
        ("vfs@/x+/y:a=b,c=/d", "vfs", "/x"),
        ("vfs@/x:a=b", "vfs", "/x"),
        ("@/x+/y", "", "/x"),
    ],
)
def test_the_words_in_brackets(spec: str, driver: str, root: str | None) -> None:
    assert read_spec(spec) == (driver, Path(root) if root else None)


def test_names_of_files() -> None:
    assert file_name("manifest") == "manifest"
    assert file_name("sha256:00") == "=c2hhMjU2OjAw"
    for name in ("manifest", "sha256:00", "manifest-sha256:ab", "instances.json", "ä"):
        assert data_name(file_name(name)) == name
    assert data_name("=%") == "=%"


def test_a_folder_is_known_by_its_names() -> None:
    assert is_storage({"overlay-images", "x"})
    assert is_storage(["vfs-images"])
    assert not is_storage({"my-images", "index.json"})


@pytest.mark.usefixtures("umoci_vfs")
def test_the_storage_that_is_configured(umoci_vfs: Path, settings_of: Path) -> None:
    settings_of.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{umoci_vfs}"\nrootless_storage_path = "{umoci_vfs}"\n'
    )
    assert ContainersStorage().place == f"containers-storage:[vfs@{umoci_vfs}]"
    with pytest.raises(UsageError, match=r"of the driver 'overlay' .*, only of vfs"):
        ContainersStorage("overlay")


def test_storages_that_are_only_read(umoci_vfs: Path, tmp_path: Path, settings_of: Path) -> None:
    root = tmp_path / "own"
    (root / "vfs-images").mkdir(parents=True)
    (root / "vfs-layers").mkdir()
    for name in ("vfs-images/images.json", "vfs-layers/layers.json"):
        (root / name).write_text("[]")
    settings_of.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{root}"\nrootless_storage_path = "{root}"\n'
        f'[storage.options]\nadditionalimagestores = ["{umoci_vfs}", "/nowhere"]\n'
    )
    storage = ContainersStorage()
    assert storage.problems == ("/nowhere: no such file or folder",)
    (node,) = images(storage)
    assert node.name == NAME
    assert not any(child.is_missing for child in node.walk())


def _settings(folder: Path, **environment: str) -> StorageSettings:
    return read_settings({"HOME": str(folder / "home"), **environment})


def test_the_settings_of_users(tmp_path: Path) -> None:
    own = tmp_path / "storage.conf"
    home = tmp_path / "home"
    config = home / ".config/containers/storage.conf"
    config.parent.mkdir(parents=True)
    own.write_text('[storage]\ndriver = "overlay2"\ngraphroot = "/g/$UID"\nrootless_storage_path = "$HOME/r/${UID}"\n')
    root = {"_CONTAINERS_ROOTLESS_UID": "0", "CONTAINERS_STORAGE_CONF": str(own)}
    assert _settings(tmp_path, **root) == StorageSettings(Path("/g/0"), "overlay")
    assert _settings(tmp_path, **root, STORAGE_DRIVER="vfs").driver == "vfs"
    user = {"_CONTAINERS_ROOTLESS_UID": "1000"}
    assert _settings(tmp_path, **user).root == home / ".local/share/containers/storage"
    assert _settings(tmp_path, **user, XDG_DATA_HOME="/d").root == Path("/d/containers/storage")
    config.write_text('[storage]\nrootless_storage_path = "$HOME/r/${UID}"\n')
    assert _settings(tmp_path, **user).root == home / "r/1000"
    config.write_text('[storage]\ngraphroot = "/own"\n')
    assert _settings(tmp_path, **user).root == Path("/own")
    for wrong in (
        "storage = 1",
        "[storage]\ngraphroot = 1\noptions = 1",
        "[storage.options]\nadditionalimagestores = 1",
    ):
        config.write_text(wrong)
        assert _settings(tmp_path, **user).root == home / ".local/share/containers/storage"
    config.write_bytes(b"[\xff")
    with pytest.raises(UsageError, match="not valid TOML"):
        _settings(tmp_path, **user)


def test_no_storage_is_said(tmp_path: Path, settings_of: Path) -> None:
    settings_of.write_text(f'[storage]\ngraphroot = "{tmp_path}/none"\nrootless_storage_path = "{tmp_path}/none"\n')
    with pytest.raises(UsageError, match=r"no storage of podman, buildah or CRI-O: no such folder"):
        ContainersStorage()
    with pytest.raises(UsageError, match=r"no storage of podman, buildah or CRI-O$"):
        ContainersStorage(str(tmp_path))
    with pytest.raises(UsageError, match="no such file or folder"):
        ContainersStorage(str(tmp_path / "none"))


def test_of_several_drivers_the_one_with_most_images(vfs_copy: Path) -> None:
    (vfs_copy / "overlay-images").mkdir()
    (vfs_copy / "overlay-images/images.json").write_text("[]")
    (vfs_copy / "overlay-layers").mkdir()
    (vfs_copy / "overlay-layers/layers.json").write_text("[]")
    assert len(images(ContainersStorage(str(vfs_copy)))) == 1
    assert images(ContainersStorage(f"overlay@{vfs_copy}")) == []


def test_a_driver_without_folders_is_said(vfs_copy: Path) -> None:
    for name in ("images", "layers"):
        (vfs_copy / f"vfs-{name}").rename(vfs_copy / f"zfs-{name}")
    (node,) = images(ContainersStorage(str(vfs_copy)))
    assert any(
        "layers of the driver zfs cannot be read, only those of overlay and vfs" in each for each in node.all_problems()
    )


def test_a_layer_out_of_the_storage_is_not_read(vfs_copy: Path, tmp_path: Path) -> None:
    storage = ContainersStorage(str(vfs_copy))
    manifest = images(storage)[0].document
    assert isinstance(manifest, Manifest)
    folder = next((vfs_copy / "vfs/dir").iterdir())
    for each in (vfs_copy / "vfs/dir").iterdir():
        each.rename(tmp_path / each.name)
        each.symlink_to(tmp_path / each.name)
    assert folder.is_symlink()
    for layer in manifest.layers:
        assert layer.digest is not None
        with pytest.raises(BlobError, match="expected a folder of the storage, found a link"):
            storage.locate(layer.digest)


def test_an_id_is_no_path(vfs_copy: Path) -> None:
    table = vfs_copy / "vfs-images/images.json"
    layers = vfs_copy / "vfs-layers/layers.json"
    table.write_text(json.dumps([{"id": "../x"}, {"id": 5}, 7, {"id": ""}, {"names": ["x"]}]))
    layers.write_text(json.dumps([{"id": "../../x", "diff-digest": "sha256:x"}, 7]))
    storage = ContainersStorage(str(vfs_copy))
    assert images(storage) == []
    assert list(storage.digests()) == []


def test_parents_in_a_circle(vfs_copy: Path) -> None:
    path = vfs_copy / "vfs-layers/layers.json"
    records = json.loads(path.read_bytes())
    for record in records:
        record["parent"] = records[-1]["id"]
    path.write_text(json.dumps(records))
    (node,) = images(ContainersStorage(str(vfs_copy)))
    assert not any(child.is_missing for child in node.walk())


def test_layers_without_diff_ids_are_known_by_their_place(vfs_copy: Path) -> None:
    path = vfs_copy / "vfs-layers/layers.json"
    records = json.loads(path.read_bytes())
    for record in records:
        del record["diff-digest"]
    path.write_text(json.dumps(records))
    (node,) = images(ContainersStorage(str(vfs_copy)))
    assert not any(child.is_missing for child in node.walk())


def test_without_a_list_the_images_are_found_by_their_folders(vfs_copy: Path) -> None:
    (vfs_copy / "vfs-images/images.json").unlink()
    storage = ContainersStorage(str(vfs_copy))
    assert storage.problems[0].startswith("images.json: ") or "images.json" in storage.problems[0]
    (node,) = images(storage)
    assert not any(child.is_missing for child in node.walk())


def test_overlay(umoci_layout: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    try:
        store(f"{umoci_layout}:{with_umoci.TAG}", root, "overlay", NAME)
    except AssertionError as error:
        pytest.skip(f"no overlay here: {error}")
    finally:
        release(root)
    (node,) = images(ContainersStorage(f"overlay@{root}"))
    assert not list(node.all_problems())
    assert len(node.children) > 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_root_that_may_not_be_read(vfs_copy: Path) -> None:
    vfs_copy.chmod(0o700)
    os.seteuid(65534)
    try:
        with pytest.raises(UsageError, match="Permission denied"):
            ContainersStorage(str(vfs_copy))
    finally:
        os.seteuid(0)
