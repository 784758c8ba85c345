"""A name that is not there is explained."""

from pathlib import Path

import pytest

from ocitui.errors import UsageError
from ocitui.transports.engines import engine
from ocitui.transports.opening import open_reference


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("image.tar", "nginx-layout", "sub/other.tar.gz"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(engine, "has_image", lambda which, name: which == "podman" and name == "nginx:1")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("imag.tar", "imag.tar: no such file or folder; did you mean image.tar?"),
        ("./image.tra:latest", "./image.tra:latest: no such file or folder; did you mean ./image.tar?"),
        ("sub/othr.tar.gz", "sub/othr.tar.gz: no such file or folder; did you mean sub/other.tar.gz?"),
        ("oci:nginx_layout", "nginx_layout: no such file or folder; did you mean nginx-layout?"),
        ("oci-archve:image.tar", "oci-archve:image.tar: no such file or folder; did you mean oci-archive:image.tar?"),
        ("docker-deamon:x", "docker-deamon:x: no such file or folder; did you mean docker-daemon:x?"),
        ("nginx:1", "nginx:1: no such file or folder; podman has an image of that name: podman:nginx:1"),
        (
            "example.org/none/at/all",
            "example.org/none/at/all: no such file or folder; "
            "to ask example.org for an image of that name: ocitui docker://example.org/none/at/all",
        ),
        (
            "redis:7",
            "redis:7: no such file or folder; to ask docker.io for an image of that name: ocitui docker://redis:7",
        ),
        (
            "https://example.org/team/app:1",
            "https://example.org/team/app:1: no such file or folder; "
            "to ask example.org for an image of that name: ocitui docker://example.org/team/app:1",
        ),
        ("dockr:redis:7", "dockr:redis:7: no such file or folder; did you mean docker://redis:7?"),
        ("None/at/all", "None/at/all: no such file or folder"),
        ("./none/at/all", "./none/at/all: no such file or folder"),
        ("sub/all", "sub/all: no such file or folder"),
        ("none.tar", "none.tar: no such file or folder"),
        ("a;b", "a;b: no such file or folder"),
        ("\x1b[2J", "\\x1b[2J: no such file or folder"),
    ],
)
def test_the_nearest_guess(typed: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_reference(typed)
    assert str(caught.value) == said
