"""What shells complete, asked of the shells themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import REPOSITORY, Run
from tests.images.layout_writer import write_layout
from tests.images.nested_archives import make_zip
from tests.images.tools import require_tool
from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.peer

_BASH = """
compopt() {{ :; }}
source {script}
COMP_WORDS=({words}) COMP_CWORD={position}
_ocitui_completion ocitui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
_ZSH = """
compdef() {{ }}
compadd() {{ print -l -- $completions }}
_describe() {{ print -l -- $completions_with_descriptions }}
_path_files() {{ print -- FILES }}
source {script}
words=({words}) CURRENT=$(({position} + 1))
_ocitui_completion
"""
_FISH = """
source {script}
complete -C {line}
"""


@pytest.fixture(params=["bash", "zsh", "fish"])
def complete(request: pytest.FixtureRequest, run: Run, tmp_path: Path):  # type: ignore[no-untyped-def]
    """What a shell offers after these words; the last one is being typed."""
    shell = request.param
    path = require_tool(shell)
    script = tmp_path / "completion"
    script.write_bytes(run("completion", shell).out)
    program = tmp_path / "bin" / "ocitui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{REPOSITORY}" exec "{sys.executable}" -m ocitui "$@"\n')
    program.chmod(0o755)

    def ask(*words: str) -> list[str]:
        line = " ".join(["ocitui", *words])
        if shell == "fish":
            text = _FISH.format(script=script, line=f"'{line}'")
            arguments = [path, "--no-config", "-c", text]
        else:
            quoted = " ".join(f"'{word}'" for word in ["ocitui", *words])
            template = _BASH if shell == "bash" else _ZSH
            text = template.format(script=script, words=quoted, position=len(words))
            arguments = [path, *(["--norc"] if shell == "bash" else ["-f"]), "-c", text]
        environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
        done = subprocess.run(
            arguments, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=LONG_PATIENCE, check=False
        )
        assert done.stderr == ""
        return [entry.partition("\t")[0] for entry in done.stdout.splitlines()]

    ask.shell = shell  # type: ignore[attr-defined]
    return ask


def _begins(offers: list[str], *beginnings: str) -> bool:
    return all(any(offer.startswith(beginning) for offer in offers) for beginning in beginnings)


def test_commands_are_completed(complete) -> None:  # type: ignore[no-untyped-def]
    assert _begins(complete("in"), "inspect")
    assert _begins(complete(""), "inspect", "ls", "cache", "demo", "completion")


def test_options_are_completed(complete) -> None:  # type: ignore[no-untyped-def]
    assert _begins(complete("ls", "--"), "--layer", "--json", "--platform", "--color", "--tree", "--depth")
    assert _begins(complete("which", "--color", "a"), "auto", "always")


def test_layers_are_completed(complete, demo_layout: Path) -> None:  # type: ignore[no-untyped-def]
    assert _begins(complete("ls", str(demo_layout), "--layer", ""), *"12345678")


def test_platforms_are_completed(complete, demo_layout: Path) -> None:  # type: ignore[no-untyped-def]
    offers = complete("inspect", str(demo_layout), "--platform", "linux/a")
    assert _begins(offers, "linux/amd64", "linux/arm64/v8")


def test_paths_of_a_layer_are_completed(complete, demo_layout: Path, run: Run) -> None:  # type: ignore[no-untyped-def]
    words = ("ls", str(demo_layout), "--layer", "7", "/srv/paperboat/")
    assert not _begins(complete(*words), "/srv/")  # nothing is unpacked while someone types
    run("ls", demo_layout, "--layer", 7)
    assert _begins(complete(*words), "/srv/paperboat/build", "/srv/paperboat/data/")


def test_paths_of_all_layers_are_completed(complete, demo_layout: Path, run: Run) -> None:  # type: ignore[no-untyped-def]
    image = str(demo_layout)
    assert not _begins(complete("which", image, "/srv/paperboat/app"), "/srv/paperboat/app.py")
    assert run("which", image, "/srv").code == 0
    assert _begins(complete("which", image, "/srv/paperboat/app"), "/srv/paperboat/app.py")
    assert _begins(complete("ls", image, "/bin/ma"), "/bin/mawk")
    assert _begins(complete("ls", image, "/srv", "--tree", "/bin/ma"), "/bin/mawk")
    assert not _begins(complete("ls", image, "/srv/paperboat/te"), "/srv/paperboat/tests/")


def test_paths_in_archives_are_completed(complete, tmp_path: Path, run: Run) -> None:  # type: ignore[no-untyped-def]
    war = make_zip({"WEB-INF/lib/x.jar": make_zip({"a.class": b"a", "b.class": b"b"}), "index.html": b""})
    large = make_zip({"a": os.urandom(33 << 20)})
    entries = [file("app.war", war), file("large.zip", large)]
    image = str(write_layout(tmp_path / "image", [write_tar(entries)]).path)
    assert run("ls", image, "--layer", 1).code == 0
    inside = "/app.war\\!/WEB-INF/lib/x.jar\\!/" if complete.shell == "bash" else "/app.war!/WEB-INF/lib/x.jar!/"
    for layer in ([], ["--layer", "1"]):
        assert complete("ls", image, *layer, "/app.war!/WEB-INF/lib/x.jar!/a") == [f"{inside}a.class"]
        assert complete("cat", image, *layer, "/app.war!/WEB-INF/lib/x.jar!") == [inside]
        assert not _begins(complete("cat", image, *layer, "/large.zip!/"), "/large")


def test_what_diff_compares_is_completed(complete, demo_layout: Path, run: Run) -> None:  # type: ignore[no-untyped-def]
    image = str(demo_layout)
    assert run("ls", demo_layout).code == 0
    assert not _begins(
        complete("diff", image, "/srv/paperboat/app"), "/srv/paperboat/app.py"
    )  # the other image comes first
    assert _begins(complete("diff", image, "--layer", "1", "/srv/paperboat/app"), "/srv/paperboat/app.py")
    assert _begins(complete("diff", image, image, "/srv/paperboat/app"), "/srv/paperboat/app.py")
    assert complete("diff", image, "--ignore", "ow") == ["owner"]
    assert _begins(complete("diff", image, "--only", ""), "layers", "config", "history", "paths")


def test_a_broken_image_completes_nothing(complete, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert not _begins(complete("ls", str(tmp_path / "none"), "--layer", ""), "1")


def test_digests_of_blobs_are_completed(complete, nginx_layout: Path) -> None:  # type: ignore[no-untyped-def]
    names = {f"sha256:{blob.name}" for blob in (nginx_layout / "blobs/sha256").iterdir()}
    assert _begins(complete("blob", str(nginx_layout), ""), *names)
    first = sorted(names)[0][7:]
    assert complete("blob", str(nginx_layout), first[:8]) == [first]


def test_a_shell_without_a_script_is_refused(run: Run) -> None:
    done = run("completion", "tcsh")
    assert (done.code, done.message) == (2, "completion: no completion for tcsh; choose bash, zsh or fish")
