"""Verifying: what is wrong is found, all of it, with its clause; what is intact is left in peace."""

import bz2
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.layout import LayoutWriter, compress, sha256
from ocitui.demo.tar import Entry, character_device, directory, file, hard_link, symlink, whiteout, write_tar
from ocitui.image.documents.tree import build_tree
from ocitui.image.selection import select_node
from ocitui.image.verify.blob_report import BlobReport, Mark, is_intact
from ocitui.image.verify.verification import Verification
from ocitui.layers.cache import LayerCache
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import DOCKER_LAYER
from ocitui.spec.problem import Problem, Severity
from ocitui.transports.opening import open_reference
from tests.examples import examples
from tests.images.docker_archive_writer import (
    ArchiveImage,
    kaniko_form,
    old_form,
    todays_form,
    write_docker_archive,
)
from tests.images.layout_writer import REMOVE, LayerSpec, WrittenLayout, write_layout
from tests.images.storages import store

BASE = write_tar(
    [directory("etc"), file("etc/motd", "hello"), file("bin/sh", bytes(5000)), hard_link("bin/ash", "bin/sh")]
)
UPPER = write_tar([file("etc/issue", "issue"), whiteout("etc/motd"), symlink("etc/up", "../bin/sh")])


def verify(place: object, *, is_sparse: bool = False) -> list[BlobReport]:
    """All reports, in order."""
    transport, reference = open_reference(str(place))
    top = build_tree(transport)
    start = select_node(top, reference)
    return [*Verification(transport, top, start, LayerCache(), is_sparse=is_sparse).reports()]


def problems(reports: list[BlobReport]) -> list[Problem]:
    return [problem for report in reports for problem in report.problems]


def errors(reports: list[BlobReport]) -> list[str]:
    return [str(problem) for problem in problems(reports) if problem.severity is Severity.ERROR]


def of(reports: list[BlobReport], digest: str) -> BlobReport:
    found = [report for report in reports if str(report.digest) == digest]
    assert len(found) == 1
    return found[0]


def flip(path: Path, at: int, bit: int = 0) -> None:
    """Change one bit."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [BASE, LayerSpec(UPPER, "zstd"), LayerSpec(write_tar([file("x")]), "none")])


def test_what_is_intact_has_no_findings_and_every_blob_is_reported_once(layout: WrittenLayout) -> None:
    for _ in range(2):  # cold, and with every index known
        reports = verify(layout.path)
        assert not problems(reports)
        assert {report.mark for report in reports} == {Mark.INTACT}
        digests = [str(report.digest) for report in reports]
        assert sorted(digests) == sorted(["None", layout.manifest, layout.config, *layout.layers])


def test_what_is_read_on_the_way_is_known_from_then_on(layout: WrittenLayout) -> None:
    verify(layout.path)
    cache = LayerCache()
    for digest in layout.layers:
        found = cache.find(of(verify(layout.path), digest).digest)  # type: ignore[arg-type]
        assert found is not None
        found.close()


# One bit flipped in each kind of blob.


@pytest.mark.slow
@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("layer", [0, 1, 2], ids=["gzip", "zstd", "plain"])
@pytest.mark.parametrize("place", ["head", "middle", "trailer"])
def test_one_bit_in_a_layer(layout: WrittenLayout, layer: int, place: str, is_known: bool) -> None:
    if is_known:
        verify(layout.path)
    path = layout.blob(layout.layers[layer])
    size = path.stat().st_size
    # Of a gzip member the time, of a zstd frame the descriptor, of a tar the name.
    flip(path, {"head": 4, "middle": size // 2, "trailer": size - 2}[place], 1)
    reports = verify(layout.path)
    broken = of(reports, layout.layers[layer])
    assert broken.mark is Mark.WRONG
    said = [problem for problem in broken.problems if "Digests" in str(problem.clause)]
    assert len(said) == 1
    assert said[0].startswith(f"expected {layout.layers[layer]}, found sha256:")
    assert [report.mark for report in reports].count(Mark.WRONG) == 1


@pytest.mark.parametrize("what", ["manifest", "config"])
def test_one_bit_in_a_document(layout: WrittenLayout, what: str) -> None:
    digest = getattr(layout, what)
    path = layout.blob(digest)
    at = path.read_bytes().index(b"linux" if what == "config" else b"application")
    flip(path, at, 1)
    found = of(verify(layout.path), digest)
    assert found.mark is Mark.WRONG
    assert any(problem.startswith(f"expected digest {digest}, found sha256:") for problem in found.problems)


def test_one_bit_in_the_index_and_in_the_layout_file(layout: WrittenLayout) -> None:
    digest = (layout.path / "index.json").read_bytes().index(layout.manifest.encode()) + 20
    flip(layout.path / "index.json", digest)
    reports = verify(layout.path)
    assert any("blob missing" in text for text in errors(reports))
    assert any("expected a document that names it" in text for text in problems(reports))
    flip(layout.path / "oci-layout", 5)
    assert any(text.startswith("oci-layout: ") for text in errors(verify(layout.path)))


def test_one_bit_in_an_artifact_and_in_what_nothing_names(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    empty = writer.blob("application/vnd.oci.empty.v1+json", b"{}")
    signature = writer.blob("application/vnd.example.signature", b"signed" * 100)
    stray = writer.blob("", b"stray")
    found = writer.manifest(empty, [signature], {"artifactType": "application/vnd.example.signature"})
    writer.finish([found])
    reports = verify(tmp_path)
    assert not errors(reports)
    assert [str(problem) for problem in problems(reports)] == ["expected a document that names it, found none"]
    for blob in (signature, stray):
        flip(tmp_path / "blobs/sha256" / blob["digest"][7:], 3)
        assert of(verify(tmp_path), blob["digest"]).mark is Mark.WRONG


# Every other way to be wrong.


def only_error(reports: list[BlobReport]) -> Problem:
    found = [problem for problem in problems(reports) if problem.severity is Severity.ERROR]
    assert len(found) == 1, found
    return found[0]


def test_a_layer_that_does_not_unpack_to_its_diff_id(tmp_path: Path) -> None:
    lie = sha256(b"another")
    write_layout(tmp_path, [LayerSpec(BASE, diff_id=lie)])
    problem = only_error(verify(tmp_path))
    assert problem == f"expected diff ID {lie}, found {sha256(BASE)}"
    assert str(problem.clause) == "image-spec, Image Configuration: Layer DiffID"
    assert problem.clause.url.endswith("/config.md#layer-diffid")


@pytest.mark.parametrize(
    ("kinds", "text", "clause"),
    [
        ({"config": {"rootfs": {"type": "layers", "diff_ids": []}}}, "expected 1 diff ID", "Image Configuration"),
        ({"config": {"history": [{"created_by": "a"}] * 3}}, "history: expected 1 layer", "Image Configuration"),
        ({"config": b"{"}, "expected JSON", "Image Configuration"),
        ({"config_descriptor": {"size": 5}}, "expected 5 bytes", "Content Descriptors: Properties"),
        ({"manifest_descriptor": {"size": 5}}, "expected 5 bytes", "Content Descriptors: Properties"),
        ({"manifest_descriptor": {"mediaType": "application/vnd.oci.image.index.v1+json"}}, "image manifest", "Descr"),
        ({"manifest_descriptor": {"platform": {"os": "plan9", "architecture": "m"}}}, "plan9/m", "Image Index"),
        ({"manifest_descriptor": {"digest": "sha256:x"}}, "hexadecimal digits", "Content Descriptors: Properties"),
        ({"manifest": {"schemaVersion": 3}}, "schemaVersion", "Image Manifest"),
        ({"manifest": {"layers": REMOVE}}, "layers", "Image Manifest"),
        ({"index": {"schemaVersion": 1}}, "schemaVersion", "Image Index"),
        ({"oci_layout": {"imageLayoutVersion": "2"}}, "imageLayoutVersion 1.0.0", "Image Layout: oci-layout file"),
    ],
)
def test_documents_that_disagree(tmp_path: Path, kinds: Mapping[str, object], text: str, clause: str) -> None:
    write_layout(tmp_path, [BASE], **kinds)  # type: ignore[arg-type]
    found = [problem for problem in problems(verify(tmp_path)) if text in problem]
    assert found
    assert found[0].severity is Severity.ERROR
    assert clause in str(found[0].clause)
    assert found[0].clause.url.startswith("https://github.com/opencontainers/image-spec/blob/v1.1.1/")


def test_a_history_that_is_short_is_a_warning_and_one_that_is_left_out_a_note(tmp_path: Path) -> None:
    for name, history, severity in (("a", [], Severity.WARNING), ("b", REMOVE, Severity.NOTE)):
        write_layout(tmp_path / name, [BASE], config={"history": history})
        assert [problem.severity for problem in problems(verify(tmp_path / name))] == [severity]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (LayerSpec(BASE, descriptor={"size": 7}), "expected 7 bytes, found "),
        (LayerSpec(BASE, stored=False), "blob missing"),
        (LayerSpec(BASE, blob=compress(BASE) + b"junk"), "bytes that are no gzip follow the gzip stream"),
    ],
)
def test_layers_that_are_not_what_their_descriptor_says(tmp_path: Path, spec: LayerSpec, text: str) -> None:
    write_layout(tmp_path, [spec])
    for _ in range(2):
        assert text in only_error(verify(tmp_path))


_BY_BYTES = "containers/storage and containerd go by the bytes"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (LayerSpec(BASE, blob=BASE), f"says gzip, the bytes are not compressed: umoci refuses the layer, {_BY_BYTES}"),
        (
            LayerSpec(BASE, blob=compress(BASE, "zstd")),
            f"says gzip, the bytes are zstd: umoci refuses the layer, {_BY_BYTES}",
        ),
        (
            LayerSpec(BASE, "none", blob=compress(BASE)),
            "says not compressed, the bytes are gzip: umoci and containerd refuse the layer",
        ),
        (
            LayerSpec(BASE, blob=bz2.compress(BASE)),
            "bytes are bzip2: umoci and containerd refuse the layer, containers/storage goes by the bytes",
        ),
        (LayerSpec(BASE, blob=BASE, descriptor={"mediaType": DOCKER_LAYER + ".gzip"}), f"not compressed: {_BY_BYTES}"),
    ],
)
def test_a_compression_of_another_name_is_a_warning(tmp_path: Path, spec: LayerSpec, text: str) -> None:
    write_layout(tmp_path, [spec])
    for _ in range(2):
        reports = verify(tmp_path)
        found = problems(reports)
        assert [problem.severity for problem in found] == [Severity.WARNING]
        assert text in found[0]
        assert is_intact(reports)


def test_a_layer_that_ends_too_early_says_where(layout: WrittenLayout) -> None:
    layout.truncate(layout.layers[0], -20)
    found = of(verify(layout.path), layout.layers[0]).problems
    assert any(problem.blob_offset is not None and str(problem.clause).startswith("RFC 1952") for problem in found)
    assert any(text.startswith("expected ") and " bytes, found " in text for text in found)
    assert len(found) == 3  # and the digest


@pytest.mark.parametrize(
    ("entries", "severity", "text"),
    [
        ([file("../../etc/passwd", "x")], Severity.ERROR, "names climb out of the root"),
        ([file("a", "x"), hard_link("b", "../../a")], Severity.ERROR, "expected a target inside the layer"),
        ([hard_link("b", "a"), file("a", "x")], Severity.ERROR, "found it neither there nor in the layers below"),
        ([hard_link("b", "gone")], Severity.ERROR, "found it neither there nor in the layers below"),
        ([file(".wh.", "")], Severity.ERROR, "whiteouts hide nothing that can be"),
        ([file("d/.wh...", "")], Severity.ERROR, "whiteouts hide nothing that can be"),
        *(([Entry(b"odd", kind=kind)], Severity.ERROR, "entries of an unknown type") for kind in (b"Z", b"X", b"V")),
        *(
            ([Entry(b"odd", kind=kind)], Severity.ERROR, "entries of a type that every unpacker refuses")
            for kind in (b"7", b"D", b"S")
        ),
        ([symlink("d/out", "../../../etc/passwd")], Severity.WARNING, "which climbs over it"),
        ([symlink("d/out", "/../etc/passwd")], Severity.WARNING, "which climbs over it"),
        ([character_device("dev/null", 1, 3)], Severity.NOTE, "contains a device node (root needed"),
        ([file("/etc/passwd", "x")], Severity.NOTE, "names are absolute"),
        ([file(".wh..wh.plnk", "")], Severity.NOTE, "AUFS"),
    ],
)
def test_entries_that_are_refused(tmp_path: Path, entries: list[Entry], severity: Severity, text: str) -> None:
    write_layout(tmp_path, [write_tar(entries)])
    for _ in range(2):
        found = [problem for problem in problems(verify(tmp_path)) if text in problem]
        assert [problem.severity for problem in found] == [severity]


@pytest.mark.parametrize(
    "entries",
    [
        [symlink("etc/a", "/etc/passwd"), symlink("b", "etc/../c"), symlink("d/e/f", "../../g"), symlink("x", "..a")],
        [file("d/a", "x"), hard_link("./d/b", "/d/a"), hard_link("c", "d/b"), file("d/../e", "y")],
        [file("d/a", "x"), hard_link("b", "d/a"), file("d", "now a file")],
    ],
)
def test_entries_that_nobody_refuses(tmp_path: Path, entries: list[Entry]) -> None:
    write_layout(tmp_path, [write_tar(entries)])
    assert not problems(verify(tmp_path))


def test_a_hard_link_to_a_layer_below_is_a_warning(tmp_path: Path) -> None:
    through = write_tar([symlink("lib", "usr/lib"), file("usr/lib/a", "x")])
    written = write_layout(tmp_path, [through, write_tar([hard_link("b", "lib/a"), hard_link("c", "gone")])])
    found = of(verify(tmp_path), written.layers[1]).problems
    assert [problem.severity for problem in found] == [Severity.ERROR, Severity.WARNING]
    assert "found it in the layers below" in found[1]
    written.remove(written.layers[0])
    LayerCache().prune(0)
    found = of(verify(tmp_path), written.layers[1]).problems
    assert {problem.severity for problem in found} == {Severity.WARNING}
    assert all("not all known" in problem for problem in found)


def test_many_entries_of_one_sort_are_counted(tmp_path: Path) -> None:
    write_layout(tmp_path, [write_tar([hard_link(f"{number}", "gone") for number in range(100)])])
    found = problems(verify(tmp_path))
    assert len(found) == 21
    assert sum("and 80 more of that sort" in problem for problem in found) == 1


@pytest.mark.slow
def test_entries_that_are_very_deep(tmp_path: Path) -> None:
    deep = "d/" * 5000
    links = [symlink(f"{deep}in", "../" * 5000 + "x"), symlink(f"{deep}out", "../" * 5001)]
    write_layout(tmp_path, [write_tar([*links, hard_link("h", deep + "g")])])
    found = [problem for problem in problems(verify(tmp_path)) if problem.severity is not Severity.NOTE]
    assert len(found) == 3
    assert found[0].startswith(LayerWarning.TOO_LONG)
    assert found[1].startswith("hard link 'h': ")
    assert found[2].endswith("which climbs over it")


@pytest.mark.slow
def test_very_many_entries_of_one_name(tmp_path: Path) -> None:
    """Files, whiteouts and folders in turn: what takes the square of them would take days."""
    turns = [file("a"), whiteout("a"), file("a/b")] * 5_000
    write_layout(tmp_path, [write_tar([file("x")]), write_tar(turns)])
    found = problems(verify(tmp_path))
    assert {"'a': expected a folder" in problem for problem in found} == {True, False}
    assert any("whiteout of 'a'" in problem for problem in found)
    assert any("'a': expected one entry" in problem for problem in found)


@pytest.mark.slow
def test_folders_very_deep_in_each_other_over_a_layer_that_has_them(tmp_path: Path) -> None:
    deep = "d/" * 2000
    write_layout(tmp_path, [write_tar([file(f"{deep}x")]), write_tar([file(f"{deep}y"), whiteout("e")])])
    assert not problems(verify(tmp_path))


def test_names_from_an_image_are_shown_safely(tmp_path: Path) -> None:
    write_layout(tmp_path, [write_tar([hard_link(b"\x1b[31mred", b"\xff[red]\n")])])
    assert "\\x1b[31mred" in only_error(verify(tmp_path))


# What is not here, and what nothing names.


def sparse_layout(folder: Path) -> tuple[Path, str]:
    """An index of two platforms, one of which was not copied."""
    writer = LayoutWriter(folder)
    config = {"architecture": "amd64", "os": "linux", "history": [{"created_by": "x"}]}
    here = writer.image(config, [writer.layer(BASE)], platform={"os": "linux", "architecture": "amd64"})
    away = writer.document(here["mediaType"], {"schemaVersion": 2}, platform={"os": "linux", "architecture": "arm64"})
    writer.finish([writer.index([here, away])])
    (folder / "blobs/sha256" / away["digest"][7:]).unlink()
    return folder, away["digest"]


def test_a_platform_that_is_not_here(tmp_path: Path) -> None:
    folder, away = sparse_layout(tmp_path)
    assert only_error(verify(folder)) == "blob missing"
    reports = verify(folder, is_sparse=True)
    assert not errors(reports)
    assert [problem.severity for problem in of(reports, away).problems] == [Severity.NOTE]
    assert of(reports, away).mark is Mark.UNKNOWN


def test_a_missing_layer_is_a_note_where_blobs_may_be_missing_and_a_missing_config_is_none(
    layout: WrittenLayout,
) -> None:
    layout.remove(layout.layers[1])
    assert only_error(verify(layout.path)) == "blob missing"
    reports = verify(layout.path, is_sparse=True)
    assert not errors(reports)
    assert [problem.severity for problem in of(reports, layout.layers[1]).problems] == [Severity.NOTE]
    assert [each.digest for each in reports if each.is_absent] == [Digest.parse(layout.layers[1])]
    layout.remove(layout.config)
    assert only_error(verify(layout.path, is_sparse=True)) == "blob missing"


def test_layers_that_registries_need_not_hold(tmp_path: Path) -> None:
    media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    write_layout(tmp_path, [LayerSpec(BASE, descriptor={"mediaType": media_type}, stored=False)])
    assert [problem.severity for problem in problems(verify(tmp_path))] == [Severity.NOTE]


def test_encrypted_layers_are_hashed_and_not_opened(tmp_path: Path) -> None:
    media_type = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"
    written = write_layout(tmp_path, [LayerSpec(BASE, blob=b"secret" * 99, descriptor={"mediaType": media_type})])
    report = of(verify(tmp_path), written.layers[0])
    assert (report.mark, report.problems) == (Mark.INTACT, ())
    of_image = [problem for problem in of(verify(tmp_path), written.manifest).problems if "encrypted" in problem]
    assert [problem.severity for problem in of_image] == [Severity.WARNING]
    flip(written.blob(written.layers[0]), 5)
    assert of(verify(tmp_path), written.layers[0]).mark is Mark.WRONG


def test_what_nothing_names_is_only_looked_for_in_the_whole_place(layout: WrittenLayout) -> None:
    (layout.path / "blobs/sha256" / sha256(b"stray")[7:]).write_bytes(b"stray")
    (layout.path / "blobs/sha256/.tmp").write_bytes(b"not a blob")
    found = problems(verify(layout.path))
    assert [problem.severity for problem in found] == [Severity.WARNING]
    assert not problems(verify(f"{layout.path}:latest"))


def test_what_its_descriptor_holds_need_not_be_stored_but_is_checked_where_it_is(tmp_path: Path) -> None:
    import base64

    written = write_layout(tmp_path / "a", [BASE])
    data = base64.b64encode(written.blob(written.config).read_bytes()).decode()
    written = write_layout(tmp_path / "b", [BASE], config_descriptor={"data": data})
    assert not problems(verify(written.path))
    flip(written.blob(written.config), 9)
    assert of(verify(written.path), written.config).mark is Mark.WRONG
    written.remove(written.config)
    assert not problems(verify(written.path))


@pytest.mark.slow
def test_fallback_tags_of_referrers_are_named(demo_layout: Path) -> None:
    found = problems(verify(demo_layout))
    assert {problem.severity for problem in found} <= {Severity.NOTE}


def test_a_layer_that_is_a_document_too_is_unpacked_all_the_same(tmp_path: Path) -> None:
    written = write_layout(tmp_path, [BASE])
    config = {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": written.config, "size": 9}
    (tmp_path / "blobs/sha256" / written.manifest[7:]).unlink()
    written = write_layout(tmp_path, [BASE], manifest={"layers": [config]})
    found = of(verify(tmp_path), written.config).problems
    assert any(text.startswith("the layer ends inside a header") for text in found)
    assert any(text.startswith("expected 9 bytes, found ") for text in found)
    assert any(text.startswith("expected diff ID ") for text in found)


def test_algorithms_that_nobody_knows(tmp_path: Path) -> None:
    digest = "blake3:00"
    write_layout(tmp_path, [LayerSpec(BASE, descriptor={"digest": digest})])
    (tmp_path / "blobs/blake3").mkdir()
    shutil.copy(next((tmp_path / "blobs/sha256").iterdir()), tmp_path / "blobs/blake3/00")
    report = of(verify(tmp_path), digest)
    assert any("cannot be checked" in problem for problem in report.problems)


# Other places.


@pytest.mark.parametrize("form", ["old", "kaniko", "todays"])
@pytest.mark.parametrize("is_known", [False, True])
def test_docker_archives(tmp_path: Path, form: str, is_known: bool) -> None:
    image = ArchiveImage([BASE, UPPER], compression="none" if form == "old" else "gzip")
    members = {"old": old_form, "kaniko": kaniko_form, "todays": todays_form}[form](image)  # type: ignore[operator]
    archive = write_docker_archive(tmp_path / "x.tar", members)
    place = f"docker-archive:{archive}"
    if is_known:
        assert not problems(verify(place))
    data = archive.read_bytes()
    blob = image.blobs[1]
    at = data.index(blob)
    flip(archive, at + (len(blob) // 2 if form != "old" else 600))
    assert Mark.WRONG in {report.mark for report in verify(place)}


def test_a_docker_archive_with_a_lying_diff_id(tmp_path: Path) -> None:
    lie = sha256(b"lie")
    image = ArchiveImage([BASE], config={"rootfs": {"type": "layers", "diff_ids": [lie]}})
    archive = write_docker_archive(tmp_path / "x.tar", old_form(image))
    assert only_error(verify(archive)) == f"expected diff ID {lie}, found {sha256(BASE)}"


def test_a_docker_archive_without_a_layer(tmp_path: Path) -> None:
    members = [each for each in kaniko_form(ArchiveImage([BASE])) if not each.name.endswith(b".tar.gz")]
    reports = verify(write_docker_archive(tmp_path / "x.tar", members))
    assert any("missing" in text for text in errors(reports))


@pytest.mark.peer
def test_a_storage_is_intact_and_says_what_is_damaged(umoci_layout: Path, tmp_path: Path) -> None:
    root = store(f"{umoci_layout}:umoci", tmp_path / "root", "vfs", "localhost/umoci:latest")
    assert {problem.severity for problem in problems(verify(root))} <= {Severity.NOTE}
    for tool in root.glob("vfs/dir/*/usr/bin/tool"):  # each layer's folder holds the files of those below, too
        flip(tool, 3)
    assert Mark.WRONG in {report.mark for report in verify(root)}
    for each in root.glob("vfs/dir/*/usr/bin/tool"):
        each.unlink()
    assert any("expected a file of the layer, found none" in text for text in errors(verify(root)))


@pytest.mark.parametrize(
    "name",
    [
        "skopeo_gzip_layout",
        "skopeo_zstd_layout",
        "skopeo_plain_layout",
        "umoci_layout",
        "buildah_layout",
        "buildah_index_layout",
        "buildah_docker_layout",
        "buildah_docker_dir",
        "oci_archive",
        "docker_archive",
        "containerd_store",
    ],
)
def test_what_the_tools_make_is_intact(name: str, request: pytest.FixtureRequest) -> None:
    place = request.getfixturevalue(name)
    for _ in range(2):
        reports = verify(place)
        found = [problem for problem in problems(reports) if problem.severity is not Severity.NOTE]
        assert set(found) <= {"expected a document that names it, found none"}  # umoci leaves what it replaced
        assert all(report.mark is Mark.INTACT for report in reports)


def test_what_umoci_inserts_has_no_end_marker_which_is_a_note(umoci_layout: Path) -> None:
    found = problems(verify(umoci_layout))
    assert LayerWarning.NO_END in found


# Cancelling, and any damage at all.


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    many = write_layout(tmp_path / "image", [write_tar([file(f"f{number}")]) for number in range(60)])
    transport, _ = open_reference(str(many.path))
    top = build_tree(transport)
    verification = Verification(transport, top, top, LayerCache())
    reports = verification.reports()
    next(reports)
    verification.cancel()
    assert len([*reports]) < verification.count - 1
    reports.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> WrittenLayout:
    layers = [BASE, LayerSpec(UPPER, "zstd"), LayerSpec(UPPER, "none")]
    return write_layout(tmp_path_factory.mktemp("sound") / "image", layers)


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_damage_is_always_found_and_never_raises(
    data: st.DataObject, sound: WrittenLayout, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(sound.path, copy)
    digest = data.draw(st.sampled_from([sound.manifest, sound.config, *sound.layers]))
    path = copy / "blobs/sha256" / digest[7:]
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    after = data.draw(
        st.sampled_from(
            [
                before[:at],
                before[:at] + bytes([before[at] ^ 1 << data.draw(st.integers(0, 7))]) + before[at + 1 :],
                before[:at] + before[at + 1 :],
                before[:at] + b"?" + before[at:],
                before[:at] + bytes(len(before) - at) if before[at:].strip(b"\0") else before[:-1],
            ]
        )
    )
    path.write_bytes(after)
    assert of(verify(copy), digest).mark is Mark.WRONG


def test_every_note_of_a_scan_is_known_here() -> None:
    from ocitui.image.verify.layer_check import _SEVERITIES

    assert set(_SEVERITIES) == set(LayerWarning)
    assert all(LayerWarning.of(f"{warning}: {LayerWarning.EMPTY} (and 3 more)") is warning for warning in LayerWarning)
    assert LayerWarning.of("something else") is None
