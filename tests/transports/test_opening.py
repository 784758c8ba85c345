"""From what is typed to a layout: the longest place that exists."""

from pathlib import Path

import pytest

from ocitui.errors import UsageError
from ocitui.transports.opening import open_reference
from tests.images.layout_writer import write_layout

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rest", "tag", "digest"),
    [
        ("plain", "", "", None),
        ("plain", ":latest", "latest", None),
        ("plain", ":", "", None),
        ("plain", ":docker.io/library/nginx:1.21", "docker.io/library/nginx:1.21", None),
        ("plain", f"@{DIGEST}", "", DIGEST),
        ("plain", f":v1@{DIGEST}", "v1", DIGEST),
        ("with:colon", "", "", None),
        ("with:colon", ":latest", "latest", None),
        ("with:colon", f":latest@{DIGEST}", "latest", DIGEST),
        ("me@home", ":latest", "latest", None),
        ("me@home:5000", "", "", None),
        ("me@home:5000", ":latest", "latest", None),
        ("odd@sha256:zz", "", "", None),
        ("oci", "", "", None),
        ("oci", ":latest", "latest", None),
    ],
)
@pytest.mark.parametrize("transport", ["", "oci:"])
def test_the_longest_place_that_exists(
    name: str, rest: str, tag: str, digest: str | None, transport: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_layout(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    opened, reference = open_reference(f"{transport}./{name}{rest}")
    assert opened.place == f"./{name}"
    assert reference.tag == tag
    assert (str(reference.digest) if reference.digest else None) == digest


def test_what_is_not_there_is_named_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^\./none:latest: no such file or folder$"):
        open_reference("oci:./none:latest")
    with pytest.raises(UsageError, match="expected 64 lower-case hexadecimal digits after sha256:, found 'zz'"):
        open_reference("./none@sha256:zz")
    with pytest.raises(UsageError, match="ocitui does not open ostree:"):
        open_reference("ostree:nginx")


def test_a_null_byte_is_no_traceback() -> None:
    with pytest.raises(UsageError, match="embedded null byte"):
        open_reference("a\0b")
