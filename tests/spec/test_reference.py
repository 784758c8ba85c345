"""Every way to read what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import UsageError
from ocitui.spec.reference import readings

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./nginx", [("", "./nginx", "", False)]),
        ("oci:./nginx", [("oci", "./nginx", "", False)]),
        ("oci:./nginx:1.21", [("oci", "./nginx:1.21", "", False), ("oci", "./nginx", "1.21", False)]),
        (
            "oci:d:docker.io/library/nginx:1.21",
            [
                ("oci", "d:docker.io/library/nginx:1.21", "", False),
                ("oci", "d:docker.io/library/nginx", "1.21", False),
                ("oci", "d", "docker.io/library/nginx:1.21", False),
            ],
        ),
        (
            f"d:t@{DIGEST}",
            [("", f"d:t@{DIGEST}", "", False), ("", "d:t", "", True), ("", "d", "t", True)],
        ),
        ("a@b", [("", "a@b", "", False)]),
        ("a@b:c", [("", "a@b:c", "", False), ("", "a", "", True), ("", "a@b", "c", False)]),
        ("d:", [("", "d:", "", False), ("", "d", "", False)]),
        ("docker://host:5000/a/b:1", [("docker", "host:5000/a/b:1", "", False)]),
        ("foo:bar", [("", "foo:bar", "", False), ("", "foo", "bar", False)]),
    ],
)
def test_readings(text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    found = [(r.transport, r.place, r.tag, r.digest is not None) for r in readings(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'': the path of an image is missing"),
        ("oci:", "'oci:': the path of an image is missing"),
        ("d@sha256:abc", "'d@sha256:abc': expected 64 lower-case hexadecimal digits after sha256:, found 'abc'"),
        (
            "ostree:nginx\x1b",
            "'ostree:nginx\\x1b': ocitui does not open ostree: (it opens oci:, oci-archive:, "
            "docker-archive:, dir:, docker-daemon:, podman:, containers-storage:, docker:); "
            "`skopeo copy ostree:… oci:DIR` makes a layout of it",
        ),
        ("docker:nginx", "'docker:nginx': // is missing after docker: (docker://NAME)"),
        ("docker://", "'docker://': the name of an image is missing"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        list(readings(text))
    assert str(caught.value) == message


@given(st.text(alphabet="abc:@/.256sh\udc80\n", max_size=30))
def test_every_reading_is_of_the_whole_text(text: str) -> None:
    try:
        found = list(readings(text))
    except UsageError:
        return
    for reading in found:
        assert reading.place
        rest = text.removeprefix("oci:") if reading.transport else text
        assert rest.startswith(reading.place)
        assert reading.place + (f":{reading.tag}" if reading.tag else "") in rest
