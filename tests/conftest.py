"""What every test may ask for: images of all kinds, and surroundings that are the same everywhere.

Real images are made once a session, when the first test asks for them.
"""

import gc
import itertools
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ocitui.demo import LATEST, build_demo
from ocitui.layers.cache import LayerCache
from ocitui.transports.opening import open_reference
from tests.images import tools, with_containerd, with_skopeo, with_umoci
from tests.images.indexes import read_layers
from tests.images.tools import IN_CI
from tests.images.with_buildah import Buildah
from tests.images.with_podman import Podman

FIXTURES = Path(__file__).parent / "fixtures"

_MADE_BY_PEERS = {
    "skopeo_gzip_layout",
    "skopeo_zstd_layout",
    "skopeo_plain_layout",
    "umoci_layout",
    "buildah",
    "buildah_layout",
    "buildah_index_layout",
    "buildah_docker_dir",
    "buildah_docker_layout",
    "oci_archive",
    "docker_archive",
    "podman",
    "podman_service",
    "containerd_store",
}
"""The fixtures that other programs make."""

_HOSTILE = Path(__file__).parent / "hostile"
"""The folder whose tests are all marked hostile."""

_QUICK = "not peer and not hostile and not slow"
"""Which tests run where nothing else is asked for."""

_UNWANTED = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "PAGER")
_ENGINES = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "CONTAINER_HOST", "XDG_RUNTIME_DIR", "STORAGE_DRIVER")
_HANDLERS: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    **dict.fromkeys((signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM), signal.SIG_DFL),
}
"""What a shell gives a program at its prompt."""
_SETTINGS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


settings.register_profile("quick", deadline=None, max_examples=10)
settings.register_profile("all", deadline=None, max_examples=30)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs everything; ``CI=true`` means it too."""
    parser.addoption("--all", action="store_true", help="run the tests marked peer, hostile and slow, too")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the number of Hypothesis's examples, and which tests run where none are named."""
    gc.set_threshold(100_000)  # as in the program itself: most of what a test makes is gone with the test
    runs_all = IN_CI or config.getoption("--all")
    settings.load_profile("all" if runs_all else "quick")
    names_tests = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if not (runs_all or names_tests or config.option.markexpr):
        config.option.markexpr = _QUICK


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among the tests, which all stay until the end: a third of the time of collecting them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Load no module of hostile tests where none of them is run."""
    return True if config.option.markexpr == _QUICK and collection_path == _HOSTILE else None


def pytest_xdist_auto_num_workers() -> int:
    """Start one process more than there are cores: each waits part of its time, for a terminal or another program."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they are given; files that take longest come first, so that no process is left with one."""
    hostile = {path for path in {item.path for item in items} if _HOSTILE in path.parents}
    for item in items:
        if item.path in hostile:
            item.add_marker("hostile")
        values = getattr(item, "callspec", None)
        named = {value for value in values.params.values() if isinstance(value, str)} if values is not None else set()
        if _MADE_BY_PEERS & (named | set(getattr(item, "fixturenames", ()))):
            item.add_marker("peer")
    tests = Counter(item.path for item in items)
    slow = Counter(item.path for item in items if any(item.iter_markers(name="slow")))
    items.sort(key=lambda item: (item.path not in hostile, -slow[item.path], -tests[item.path]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let no test start other programs that is not marked so."""
    tools.is_allowed = item.get_closest_marker("peer") is not None


@pytest.fixture(scope="session", autouse=True)
def _plain_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No colours, sizes, time zones, caches or ignored signals of whoever runs the tests."""
    for number, handler in _HANDLERS.items():
        if signal.getsignal(number) is signal.SIG_IGN:  # as in what a script starts with `&` or nohup, and all below it
            signal.signal(number, handler)
    with pytest.MonkeyPatch.context() as patch:
        for name in [*_UNWANTED, *_ENGINES, *(name for name in os.environ if name.startswith(("OCITUI_", "TEXTUAL")))]:
            patch.delenv(name, raising=False)
        for name, value in _SETTINGS.items():
            patch.setenv(name, value)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("xdg-cache")))
        patch.setenv("OCITUI_CACHE_DIR", str(tmp_path_factory.mktemp("session-cache")))
        patch.setenv("OCITUI_STATE_DIR", str(tmp_path_factory.mktemp("session-state")))
        patch.setenv("OCITUI_CONFIG_DIR", str(tmp_path_factory.mktemp("session-config")))
        yield


@pytest.fixture(scope="session")
def new_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Empty folders, each made as it is asked for; `tmp_path_factory` lists all it made before for each."""

    def make() -> Iterator[Path]:
        top = tmp_path_factory.mktemp("folders")
        for number in itertools.count():
            folder = top / str(number)
            folder.mkdir()
            yield folder

    return make()


@pytest.fixture(autouse=True)
def cache_dir(new_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder for each test; the environment names it already."""
    folder = next(new_folders)
    monkeypatch.setenv("OCITUI_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def state_dir(new_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder for each test that is not there yet: nothing was opened before."""
    folder = next(new_folders) / "ocitui"
    monkeypatch.setenv("OCITUI_STATE_DIR", str(folder))
    return folder


@pytest.fixture
def config_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for settings, which the environment names."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("OCITUI_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def demo_layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layout of ``ocitui demo``: do not change it, copy it (`demo_copy`)."""
    layout = tmp_path_factory.mktemp("demo") / "layout"
    build_demo(layout)
    return layout


@pytest.fixture(scope="session")
def _demo_cache(demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo-cache")
    read_layers(open_reference(str(demo_layout))[0], LayerCache(folder))
    return folder


@pytest.fixture
def demo_was_read(_demo_cache: Path, cache_dir: Path) -> None:
    """Every layer of `demo_layout` was read before: for tests of other things than reading."""
    shutil.copytree(_demo_cache, cache_dir, dirs_exist_ok=True)


@pytest.fixture
def demo_copy(demo_layout: Path, tmp_path: Path) -> Path:
    """A demo layout to damage."""
    return Path(shutil.copytree(demo_layout, tmp_path / "demo"))


@pytest.fixture(scope="session")
def nginx_layout() -> Path:
    """The documents of nginx 1.21.4 as skopeo wrote them, without their six layers."""
    return FIXTURES / "local_nginx"


@pytest.fixture(scope="session")
def skopeo_gzip_layout(demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo image for linux/amd64 as skopeo copied it, every layer gzip; tag ``latest``."""
    folder = tmp_path_factory.mktemp("skopeo-gzip")
    return with_skopeo.recompress(f"oci:{demo_layout}:{LATEST}", folder / "layout", "gzip")


@pytest.fixture(scope="session")
def skopeo_zstd_layout(demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo image for linux/amd64 as skopeo copied it, every layer zstd; tag ``latest``."""
    folder = tmp_path_factory.mktemp("skopeo-zstd")
    return with_skopeo.recompress(f"oci:{demo_layout}:{LATEST}", folder / "layout", "zstd")


@pytest.fixture(scope="session")
def skopeo_plain_layout(demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo image for linux/amd64 as skopeo copied it, no layer compressed; tag ``latest``."""
    folder = tmp_path_factory.mktemp("skopeo-plain")
    return with_skopeo.recompress(f"oci:{demo_layout}:{LATEST}", folder / "layout", "none")


@pytest.fixture(scope="session")
def umoci_layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of five layers that umoci made, with whiteouts and an opaque one; tag ``umoci``."""
    folder = tmp_path_factory.mktemp("umoci")
    return with_umoci.build(folder / "layout", folder)


@pytest.fixture(scope="session")
def buildah(tmp_path_factory: pytest.TempPathFactory) -> Buildah:
    """buildah with a storage of its own, which holds the images ``oci`` and ``other``."""
    builder = Buildah.prepare(tmp_path_factory.mktemp("buildah"))
    builder.build("oci", "oci")
    builder.build_other_platform("other")
    return builder


@pytest.fixture(scope="session")
def buildah_layout(buildah: Buildah) -> Path:
    """A busybox image of five layers that buildah built, each instruction a layer; tag ``oci``."""
    layout = buildah.work / "layout"
    buildah.push("oci", f"oci:{layout}:oci")
    return layout


@pytest.fixture(scope="session")
def buildah_index_layout(buildah: Buildah) -> Path:
    """An index of two platforms, this machine's and linux/arm64, that buildah made; tag ``multi``."""
    layout = buildah.work / "index-layout"
    buildah.push_index("multi", ["oci", "other"], f"oci:{layout}:multi")
    return layout


@pytest.fixture(scope="session")
def buildah_docker_dir(buildah: Buildah) -> Path:
    """The busybox image in Docker's format, with its media types, as a folder of skopeo's ``dir:`` transport."""
    folder = buildah.work / "docker-dir"
    buildah.build("docker", "docker")
    buildah.push("docker", f"dir:{folder}")
    return folder


@pytest.fixture(scope="session")
def buildah_docker_layout(buildah_docker_dir: Path) -> Path:
    """The image of `buildah_docker_dir` as skopeo puts it into a layout; tag ``docker``."""
    layout = buildah_docker_dir.with_name("docker-layout")
    with_skopeo.copy(f"dir:{buildah_docker_dir}", f"oci:{layout}:docker")
    return layout


@pytest.fixture(scope="session")
def oci_archive(umoci_layout: Path) -> Path:
    """The image of `umoci_layout` as one file, a tar of a layout."""
    archive = umoci_layout.with_name("image.oci.tar")
    with_skopeo.copy(f"oci:{umoci_layout}:{with_umoci.TAG}", f"oci-archive:{archive}:{with_umoci.TAG}")
    return archive


@pytest.fixture(scope="session")
def docker_archive(umoci_layout: Path) -> Path:
    """The image of `umoci_layout` as ``docker save`` would write it."""
    archive = umoci_layout.with_name("image.docker.tar")
    with_skopeo.copy(f"oci:{umoci_layout}:{with_umoci.TAG}", f"docker-archive:{archive}:example/umoci:latest")
    return archive


@pytest.fixture(scope="session")
def podman(docker_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """podman with a storage of its own, which holds the image of `umoci_layout` as ``example/umoci:latest``."""
    with Podman.prepare(tmp_path_factory.mktemp("podman")) as found:
        found.load(docker_archive, "docker.io/example/umoci:latest")
        yield found


@pytest.fixture(scope="session")
def podman_service(podman: Podman) -> Iterator[str]:
    """podman's service, an engine with docker's API; what ``DOCKER_HOST`` is to be."""
    with podman.service() as url:
        yield url


@pytest.fixture(scope="session")
def containerd_store(umoci_layout: Path, oci_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What containerd keeps of the image of `umoci_layout`, in three namespaces, after it stopped.

    The names: ``docker.io/example/umoci:umoci`` in default and in k8s.io, there also with its
    digest and as ``sha256:…``, as Kubernetes has it; ``docker.io/other/umoci:umoci`` in moby.
    """
    store = tmp_path_factory.mktemp("containerd") / "store"
    with with_containerd.running(store) as containerd:
        for name, namespace in (("example", "default"), ("example", "k8s.io"), ("other", "moby")):
            containerd.load(oci_archive, f"docker.io/{name}/umoci", namespace)
        digest = json.loads((umoci_layout / "index.json").read_bytes())["manifests"][0]["digest"]
        for other in (f"sha256:{'1' * 64}", f"docker.io/example/umoci@{digest}"):
            containerd.ctr("image", "tag", "docker.io/example/umoci:umoci", other, namespace="k8s.io")
    return store
