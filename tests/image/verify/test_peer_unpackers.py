"""What unpackers refuse: the table of ``unpacker_cases``, held against the programs and against ``verify``."""

import bz2
import lzma
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from ocitui.demo.layout import compress
from ocitui.demo.tar import Entry, directory, file, hard_link, symlink, write_tar
from ocitui.image.merged.tree import MergedTree
from ocitui.image.verify.blob_report import is_intact
from ocitui.spec.problem import Severity
from tests.image.stacks import close, stack_of
from tests.image.verify import unpackers
from tests.image.verify.test_verification import problems, verify
from tests.image.verify.unpacker_cases import CASES, Case
from tests.image.verify.unpackers import Outcome, Refuses, Unpacker
from tests.images import with_containerd, with_skopeo
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root

COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": compress,
    "zstd": partial(compress, compression="zstd"),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
_GIVEN = (("user.a", b"1"),)
TAKEN_AWAY = [
    [Entry(b"d", mode=0o755, kind=b"5", xattrs=_GIVEN), Entry(b"f", xattrs=_GIVEN)],
    [directory("d"), file("f")],
]
UNLIKE = [file("su", "x", 0o755), hard_link("x", "su", 0o4750)]

every_case = pytest.mark.parametrize("case", CASES, ids=str)


@every_case
def test_verify(case: Case, tmp_path: Path) -> None:
    """An error where all four refuse it, a warning where they do not agree, nothing where all take it."""
    unpackers.write_image(tmp_path, case.tars)
    reported = problems(verify(tmp_path / unpackers.IMAGE))
    found = [problem for problem in reported if problem.severity is not Severity.NOTE]
    assert [problem.severity for problem in found[:1]] == ([case.severity] if case.severity else [])
    assert all(case.words in problem for problem in found[:1])
    if CASES.index(case) % 8 == 0:  # now that it is indexed
        assert problems(verify(tmp_path / unpackers.IMAGE)) == reported


def test_the_table_agrees_with_itself() -> None:
    for case in CASES:
        outcomes = [case.umoci, case.vfs, case.overlay, case.containerd]
        refusals = sum(isinstance(outcome, Refuses) for outcome in outcomes)
        expected = "error" if refusals == 4 else "warning" if refusals or len(set(map(str, outcomes))) > 1 else None
        assert (case.severity.value if case.severity else None) == expected, case.name


@pytest.mark.peer
@pytest.mark.parametrize(
    ("unpack", "words"),
    [(unpackers.with_umoci, "blob is not correct mediatype"), (unpackers.with_vfs, "unsupported MIME type")],
)
def test_a_layer_of_an_unknown_media_type(unpack: Unpacker, words: str, tmp_path: Path) -> None:
    require_root()
    odd = LayerSpec(write_tar([file("b")]), descriptor={"mediaType": "application/x-odd"})
    write_layout(tmp_path / unpackers.IMAGE, [write_tar([file("a")]), odd], tag="it")
    outcome = unpack(tmp_path)
    assert isinstance(outcome, Refuses)
    assert words in outcome.words


@pytest.mark.peer
@every_case
def test_umoci(case: Case, tmp_path: Path) -> None:
    require_root()
    check(case, unpackers.with_umoci, case.umoci, tmp_path)


@pytest.mark.peer
@every_case
def test_vfs(case: Case, tmp_path: Path) -> None:
    require_root()
    check(case, unpackers.with_vfs, case.vfs, tmp_path)


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with unpackers.overlay_mounts(tmp_path_factory.mktemp("overlay")):
        yield


@pytest.mark.peer
@pytest.mark.usefixtures("overlay")
@every_case
def test_overlay(case: Case, tmp_path: Path) -> None:
    check(case, unpackers.with_overlay, case.overlay, tmp_path)


@pytest.fixture(scope="module")
def containerd(overlay: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[unpackers.WithContainerd]:
    with with_containerd.running(tmp_path_factory.mktemp("store"), has_overlay=True) as daemon:
        yield unpackers.WithContainerd(daemon)


@pytest.mark.peer
@every_case
def test_containerd(case: Case, tmp_path: Path, containerd: unpackers.WithContainerd) -> None:
    check(case, containerd, case.containerd, tmp_path)


def mode_of_su(root: Path) -> str:
    return oct((root / "su").stat().st_mode & 0o7777)


@pytest.mark.peer
@pytest.mark.parametrize(("unpacker", "mode"), [("umoci", 0o755), ("vfs", 0o4750), ("overlay", 0o4750)])
def test_the_mode_of_a_hard_link(
    unpacker: str, mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    require_root()
    if unpacker == "overlay":
        request.getfixturevalue("overlay")
    monkeypatch.setattr(unpackers, "listing", mode_of_su)
    unpackers.write_image(tmp_path, [write_tar(UNLIKE)])
    assert getattr(unpackers, f"with_{unpacker}")(tmp_path) == oct(mode)


@pytest.mark.peer
def test_the_mode_of_a_hard_link_in_containerd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, containerd: unpackers.WithContainerd
) -> None:
    monkeypatch.setattr(unpackers, "listing", mode_of_su)
    unpackers.write_image(tmp_path, [write_tar(UNLIKE)])
    assert containerd(tmp_path) == "0o4750"


def attributes(root: Path) -> str:
    return " ".join(name for name in ("d", "f") if "user.a" in os.listxattr(root / name))


@pytest.mark.peer
@pytest.mark.parametrize(("unpacker", "having"), [("umoci", ""), ("vfs", "d"), ("overlay", ""), ("containerd", "")])
def test_an_attribute_that_was_taken_away(
    unpacker: str, having: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """buildah 1.28.2 (containers/storage 1.43) with vfs leaves a folder what it had in the layer below."""
    require_root()
    monkeypatch.setattr(unpackers, "listing", attributes)
    unpackers.write_image(tmp_path, list(map(write_tar, TAKEN_AWAY)))
    if unpacker in ("overlay", "containerd"):
        request.getfixturevalue("overlay")
    is_daemon = unpacker == "containerd"
    unpack = request.getfixturevalue(unpacker) if is_daemon else getattr(unpackers, f"with_{unpacker}")
    assert unpack(tmp_path) == having


def test_an_attribute_that_was_taken_away_is_gone(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, *TAKEN_AWAY)
    assert [row.entry.xattrs for row in MergedTree(stack).walk()] == [{}, {}]
    close(stack)


@pytest.mark.parametrize(
    ("link", "is_said"),
    [
        (hard_link("x", "su", 0o4750), True),
        (hard_link("x", "su", 0o755).owned(1), True),
        (hard_link("x", "su", 0o755), False),
        (hard_link("x", "l", 0o700), False),
    ],
)
def test_the_mode_of_a_hard_link_is_said(link: Entry, is_said: bool, tmp_path: Path) -> None:
    unpackers.write_image(tmp_path, [write_tar([file("su", "x", 0o755), symlink("l", "su"), link])])
    found = problems(verify(tmp_path / unpackers.IMAGE))
    assert [problem.severity for problem in found] == ([Severity.WARNING] if is_said else [])
    assert all("which containers/storage and containerd give to the file, and umoci does not" in each for each in found)


@pytest.mark.peer
@pytest.mark.parametrize("name", COMPRESSED)
def test_a_compression_of_another_name(name: str, tmp_path: Path, containerd: unpackers.WithContainerd) -> None:
    for said in ("none", "gzip"):
        tar = write_tar([file("a", name + said)])  # containerd unpacks no layer twice
        folder = tmp_path / said
        write_layout(folder / unpackers.IMAGE, [LayerSpec(tar, said, blob=COMPRESSED[name](tar))], tag="it")
        assert isinstance(unpackers.with_umoci(folder), Refuses) == (said != name)
        assert unpackers.with_vfs(folder) == "a"
        is_refused = name in {"bzip2", "xz"} or (said == "none" and name != "none")
        assert isinstance(containerd(folder), Refuses) == is_refused


@pytest.mark.peer
def test_a_compression_of_another_name_as_skopeo_writes_it(docker_archive: Path, tmp_path: Path) -> None:
    with_skopeo.copy(f"docker-archive:{docker_archive}", f"dir:{tmp_path / 'plain'}")
    reports = verify(f"dir:{tmp_path / 'plain'}")
    assert is_intact(reports)
    warnings = [problem for problem in problems(reports) if problem.severity is Severity.WARNING]
    assert "says gzip, the bytes are not compressed: containers/storage and containerd go" in warnings[0]
    with_skopeo.copy(f"dir:{tmp_path / 'plain'}", f"oci:{tmp_path / 'again'}:it")
    assert {problem.severity for problem in problems(verify(tmp_path / "again"))} <= {Severity.NOTE}


def check(case: Case, unpack: Unpacker, expected: Outcome, folder: Path) -> None:
    unpackers.write_image(folder, case.tars)
    found = unpack(folder)
    if isinstance(expected, Refuses):
        assert isinstance(found, Refuses), found
        assert expected.words in found.words
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(125, None, marks=pytest.mark.slow),
        (126, "which docker will not run"),
        pytest.param(129, "containers/storage with overlay (podman, buildah)", marks=pytest.mark.slow),
        pytest.param(501, "containerd with overlay", marks=pytest.mark.slow),
    ],
)
def test_very_many_layers(count: int, words: str | None, tmp_path: Path) -> None:
    unpackers.write_image(tmp_path, [write_tar([file("f")])] * count)
    reports = verify(tmp_path / unpackers.IMAGE)
    found = problems(reports)
    assert {report.title.split()[0] for report in reports if report.problems} == ({"manifest"} if words else set())
    assert [problem.severity.value for problem in found] == (["warning"] if words else [])
    assert all(f"found {count}, " in problem and (words or "") in problem for problem in found)


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.usefixtures("overlay")
def test_very_many_layers_of_overlay(tmp_path: Path) -> None:
    """The storage has 128 of the 129 layers from the time before, which spares half of the work."""
    layers = [write_tar([file(f"f{number}")]) for number in range(129)]
    image = unpackers.write_image(tmp_path, layers[:-1])
    found = unpackers.with_overlay(tmp_path)
    assert not isinstance(found, Refuses), found
    shutil.rmtree(image)
    unpackers.write_image(tmp_path, layers)
    found = unpackers.with_overlay(tmp_path)
    assert isinstance(found, Refuses)
    assert "max depth exceeded" in found.words
