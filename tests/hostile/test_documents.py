"""A hostile text in each place of each document, one after the other: said where it is wrong, and only as text."""

import json
from functools import partial
from pathlib import Path

import pytest

from tests.hostile import documents
from tests.hostile.images import BYTES, HALVES, WORDS
from tests.hostile.invocations import filled
from tests.hostile.terminal.safety import OURS, STATUS, check, check_calm
from tests.hostile.terminal.terminal import into_pipe, on_terminal

pytestmark = pytest.mark.usefixtures("known")

_COMMANDS = (
    ("inspect", "IMAGE"),
    ("inspect", "IMAGE", "--dockerfile"),
    ("inspect", "IMAGE", "--platform", "plan9/arm"),
    ("inspect", "IMAGE", "--format", "{{.Tag}} {{.Created}} {{.Author}} {{.Config}}"),
    ("tags", "IMAGE"),
    ("digest", "IMAGE"),
    ("history", "IMAGE"),
    ("attestations", "IMAGE"),
    ("signatures", "IMAGE"),
    ("ls", "IMAGE", "-l"),
    ("which", "IMAGE", "/etc/motd", "/link"),
    ("file", "IMAGE", "/etc/motd"),
    ("waste", "IMAGE", "--by", "instruction"),
    ("ci", "IMAGE"),
    ("ci", "IMAGE", "--format", "github"),
    ("diff", "SOUND", "IMAGE"),
    ("diff", "SOUND", "IMAGE", "--nested"),
    ("verify", "IMAGE"),
)
_JSON = (
    ("inspect", "IMAGE", "--json"),
    ("inspect", "IMAGE", "--format", "{{json .}}"),
    ("tags", "IMAGE", "--json"),
    ("history", "IMAGE", "--json"),
    ("attestations", "IMAGE", "--json"),
    ("signatures", "IMAGE", "--json"),
    ("which", "IMAGE", "/etc/motd", "--json"),
    ("file", "IMAGE", "/etc/motd", "--json"),
    ("waste", "IMAGE", "--json"),
    ("diff", "SOUND", "IMAGE", "--json"),
    ("verify", "IMAGE", "--json"),
)
_MEANT = ["clear", "newline", "bidi override", "unclosed markup", "GitHub"]
_WORDS = ["".join(WORDS[name] for name in _MEANT), HALVES[0] + "\x1b]0;owned\x07", "\x9b2J" * 200]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return documents.write(tmp_path_factory.mktemp("sound") / "image")


@pytest.mark.parametrize("document", ["index", "manifest", "config", "oci_layout"])
def test_a_hostile_value(document: str, sound: Path, tmp_path: Path) -> None:
    found = [keys for name, keys in documents.places(sound) if name == document]
    assert found
    for number, keys in enumerate(found):
        word = _WORDS[number % len(_WORDS)]
        image = documents.write(tmp_path / str(number), document, partial(documents.replace, keys=keys, word=word))
        for arguments in _COMMANDS:
            printed = on_terminal(*filled(arguments, IMAGE=image, SOUND=sound))
            check_calm(printed)
            check(printed.out)
            check(printed.err, OURS | STATUS)
        for arguments in _JSON:
            printed = into_pipe(*filled(arguments, IMAGE=image, SOUND=sound))
            check_calm(printed)
            check(printed.err)
            if printed.out:
                assert printed.out.isascii()
                json.loads(printed.out)


@pytest.mark.parametrize("document", ["index", "manifest", "config", "oci_layout"])
def test_a_document_that_is_no_utf_8(document: str, sound: Path, tmp_path: Path) -> None:
    for name, bad in (*BYTES.items(), ("controls", b"\x1b[2J\x00\x07"), ("word", b"\xe2\x80\xae\x1b]0;owned\x07")):
        image = tmp_path / f"{document} {name}"
        documents.write(image)
        (path,) = _files_of(image, document)
        raw = path.read_bytes()
        for data in (bad, raw[:-1] + b',"x":"' + bad + b'"}', raw + bad):
            path.write_bytes(data)
            for arguments in (("inspect", image), ("verify", image), ("ls", image)):
                printed = on_terminal(*arguments)
                check_calm(printed)
                check(printed.out)
                check(printed.err, OURS | STATUS)


def _files_of(image: Path, document: str) -> list[Path]:
    index = json.loads((image / "index.json").read_bytes())
    manifest = image / "blobs" / index["manifests"][0]["digest"].replace(":", "/")
    config = image / "blobs" / json.loads(manifest.read_bytes())["config"]["digest"].replace(":", "/")
    found = {"index": image / "index.json", "oci_layout": image / "oci-layout", "manifest": manifest, "config": config}
    return [found[document]]
