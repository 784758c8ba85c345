"""``ocitui file``: what files are, and what they say of themselves."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ocitui.demo.tar import directory, fifo, file, hard_link, symlink, write_tar
from tests.commands.conftest import Run
from tests.image.described.test_other_programs import pe
from tests.images.elf_writer import CRATES, Elf, go_in_place, rust_audit
from tests.images.filesystem_images import image
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.nested_archives import make_zip
from tests.images.signature_writer import KEYS, certificate

PARTS = {".go.buildinfo": go_in_place(), ".dep-v0": rust_audit(CRATES)}
CERTIFICATE = certificate(KEYS["ECDSA P-256"]()).public_bytes(Encoding.PEM)
LIBRARY = Elf(3, tags=(("soname", "libx.so.1"), ("needed", "lib\x1b]0;owned\x07.so"))).write()
LAYERS = [
    [
        directory("bin"),
        file("bin/boat", Elf(build_id=b"\xab" * 20, parts=PARTS).write(), 0o755),
        hard_link("bin/ship", "bin/boat"),
        file("lib.so", LIBRARY),
        file("app.jar", make_zip({"native/lib.so": LIBRARY})),
    ],
    [
        file("boat.pem", CERTIFICATE),
        symlink("sh", "bin/ship"),
        file("motd", "hello\n"),
        file("cut", LIBRARY[:100]),
        symlink("away", "nowhere"),
        fifo("pipe"),
    ],
]


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> WrittenLayout:
    specs = [LayerSpec(write_tar(layer), "gzip") for layer in LAYERS]
    return write_layout(tmp_path_factory.mktemp("it") / "image", specs)


def test_facts_below_one_line(run: Run, layout: WrittenLayout) -> None:
    done = run("file", layout.path, "/sh")
    assert done.code == 0
    lines = done.text.splitlines()
    assert lines[:3] == [f"/sh → /bin/ship: ELF 64-bit x86-64 program, {lines[0].rpartition(', ')[2]}", "", "ELF"]
    assert f"  build ID  {'ab' * 20}" in lines
    assert "  modules       2 modules" in lines
    assert "  crates   3 crates" in lines


def test_what_has_facts_stands_apart(run: Run, layout: WrittenLayout) -> None:
    lines = run("file", layout.path, "/motd", "/boat.pem", "/motd", "/app.jar").text.splitlines()
    assert lines[:3] == ["/motd: text · ASCII, 6 B", "", f"/boat.pem: certificate, {len(CERTIFICATE)} B"]
    assert lines[-3:-1] == ["", "/motd: text · ASCII, 6 B"]
    assert lines[-1].startswith("/app.jar: ZIP archive, ")


def test_a_pattern_with_a_link_to_nowhere_tells_the_rest(run: Run, layout: WrittenLayout) -> None:
    done = run("file", layout.path, "-b", "/[am]*")
    assert [line.partition(":")[0] for line in done.text.splitlines()] == ["/app.jar", "/motd"]
    assert (done.code, "links lead to nowhere" in done.err) == (1, True)


def test_what_is_cut_off_ends_with_2_and_others_have_their_facts(run: Run, tmp_path: Path) -> None:
    der = certificate(KEYS["ECDSA P-256"]()).public_bytes(Encoding.DER)
    files = [file("a.crt", der[:-9]), file("b.exe", pe(go_in_place())), file("c.img", image("erofs"))]
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar(files))])
    done = run("file", layout.path, "/*", "--json")
    first, second, third = done.json["files"]
    problem = f"a.crt: DER: expected {len(der):,} bytes, found {len(der) - 9:,}: its end is cut off"
    assert (done.code, first["type"], first["problems"]) == (2, "certificate, cut off", [f"/{problem}"])
    assert (second["go"]["version"], second["elf"], third["erofs"]["blockSize"]) == ("go1.22.3", None, 4096)
    assert run("file", layout.path, "/b.exe", "/c.img").code == 0


def test_one_line_each(run: Run, layout: WrittenLayout) -> None:
    done = run("file", layout.path, "-b", "/bin", "lib.so", "motd", "pipe", "/app.jar!/native/lib.so")
    assert [line.partition(", ")[0] for line in done.text.splitlines()] == [
        "/bin: directory",
        "lib.so: ELF 64-bit x86-64 program or library",
        "motd: text · ASCII",
        "pipe: fifo",
        "/app.jar!/native/lib.so: ELF 64-bit x86-64 program or library",
    ]


def test_json(run: Run, layout: WrittenLayout) -> None:
    found = run("file", layout.path, "/sh", "lib.so", "/bin", "--json").json
    program, library, folder = found["files"]
    assert (program["path"], program["resolved"], program["layer"]) == ("/sh", "/bin/ship", 1)
    assert program["elf"]["buildId"] == "ab" * 20
    assert program["go"]["settings"]["GOOS"] == "linux"
    assert program["go"]["modules"][1]["replacedBy"]["path"] == "example.com/new"
    assert program["rust"]["packages"][0] == {
        "name": "boat",
        "version": "0.1.0",
        "source": "local",
        "kind": "runtime",
        "root": True,
    }
    assert (library["type"], library["elf"]["soname"]) == ("ELF 64-bit x86-64 library", "libx.so.1")
    assert (library["go"], library["rust"]) == (None, None)
    assert library["elf"]["needed"] == ["lib\x1b]0;owned\x07.so"]
    assert (folder["kind"], folder["size"], folder["elf"]) == ("directory", None, None)


def test_a_certificate(run: Run, layout: WrittenLayout) -> None:
    assert run("file", layout.path, "-b", "boat.pem").text.startswith("boat.pem: certificate, ")
    assert "  key        ECDSA P-256\n" in run("file", layout.path, "boat.pem").text
    (only,) = run("file", layout.path, "boat.pem", "--json").json["files"][0]["certificates"]
    assert (only["key"], only["authority"], len(only["sha256"])) == ("ECDSA P-256", False, 64)


def test_what_is_missing_or_lies(run: Run, layout: WrittenLayout) -> None:
    done = run("file", layout.path, "cut", "motd")
    assert (done.code, done.text.splitlines()[-1]) == (2, "motd: text · ASCII, 6 B")
    assert done.message.startswith("cut: ELF ")
    done = run("file", layout.path, "no", "motd")
    assert (done.code, done.message) == (1, "no: not in the final filesystem")
    assert run("file", layout.path, "motd", "-b", "--json").message == "file: --brief and --json cannot be combined"


def test_of_one_layer(run: Run, layout: WrittenLayout) -> None:
    done = run("file", layout.path, "lib.so", "--layer", 1, "--json")
    assert (done.json["layer"]["number"], done.json["files"][0]["elf"]["soname"]) == (1, "libx.so.1")
    assert run("file", layout.path, "lib.so", "--layer", 2).code == 1
