"""The command line as a whole: help, exit codes, one message, a quick start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ocitui
from ocitui.__main__ import main
from ocitui.commands.group import commands
from ocitui.commands.inspect import command
from ocitui.image.selection import images_below
from tests.commands.conftest import REPOSITORY, Run, spawn
from tests.patience import LONG_PATIENCE


def test_help_is_there_on_every_level(run: Run) -> None:
    import click

    for words in [[], *([name] for name in commands.list_commands(click.Context(commands)))]:
        for option in ("-h", "--help"):
            done = run(*words, option)
            assert (done.code, done.err) == (0, "")
            assert done.lines[0].startswith(" ".join(["Usage: ocitui", *words]))


def test_help_after_an_image(run: Run) -> None:
    assert run("./image", "--help").lines[0] == "Usage: ocitui [OPTIONS] IMAGE"


def test_alone_it_says_what_it_can_do(run: Run) -> None:
    done = run()
    assert done.code == 0
    assert "IMAGE | COMMAND" in done.text


def test_version(run: Run) -> None:
    for option in ("-V", "--version"):
        assert run(option).text == f"ocitui {ocitui.__version__}\n"


def test_help_is_a_command_too(run: Run) -> None:
    assert run("help").text == run("--help").text
    for name in ("ls", "inspect", "help"):
        assert run("help", name).text == run(name, "--help").text
    done = run("help", "\x1b[2J")
    assert (done.code, done.message) == (2, r"no command '\x1b[2J'; `ocitui help` lists them all")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("insepct", "ocitui inspect"),
        ("Verify", "ocitui verify"),
        ("wich", "ocitui which"),
        ("version", "ocitui --version"),
    ],
)
def test_a_misspelled_command_is_recognised(
    run: Run, word: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in ([word], [word, "image"], ["help", word]):
        done = run(*arguments)
        assert (done.code, done.message) == (2, f"no command '{word}', and no such file; did you mean `{meant}`?")
    (tmp_path / word).mkdir()
    assert "no command" not in run(word).message


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bogus"],
        ["inspect"],
        ["inspect", "--bogus"],
        ["inspect", "a", "b"],
        ["ls", "--layer"],
        ["cache", "--clear", "--prune", "1"],
        ["cache", "--prune", "much"],
        ["completion", "tcsh"],
        ["no-such-image"],
        ["inspect", "no-such-image"],
        ["inspect", "sha256:../../x"],
        ["inspect", "docker://example.com/x"],
        ["inspect", "\x1b]0;title\x07"],
    ],
)
def test_what_cannot_be_done_is_2_and_one_message(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == b""
    assert "\x1b" not in done.message


def test_the_platform_may_stand_before_or_after(run: Run, demo_layout: Path) -> None:
    before = run("--platform", "linux/arm64", "inspect", "--json", demo_layout)
    after = run("inspect", "--json", demo_layout, "--platform", "linux/arm64")
    opened = run("--platform", "linux/arm64", demo_layout)
    assert before.json["image"]["platform"] == "linux/arm64/v8"
    assert before.out == after.out
    assert opened.out == run("inspect", demo_layout, "--platform", "linux/arm64").out


def test_a_platform_that_is_not_there(run: Run, demo_layout: Path) -> None:
    done = run("inspect", demo_layout, "--platform", "plan9/mips")
    assert done.code == 2
    assert "linux/arm64/v8" in done.message


def test_an_image_without_a_terminal_is_text(run: Run, demo_layout: Path) -> None:
    assert run(demo_layout).out == run("inspect", demo_layout).out


def test_a_defect_is_one_line(run: Run, demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("surprise\x1b[31m")

    monkeypatch.setattr(command, "print_text", fail)
    done = run("inspect", demo_layout)
    assert done.code == 2
    assert "RuntimeError: surprise\\x1b[31m" in done.message
    assert "OCITUI_DEBUG=1" in done.message
    monkeypatch.setenv("OCITUI_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run("inspect", demo_layout)


def test_an_interrupt_is_130(run: Run, demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ocitui.__main__._prepare_streams", interrupt)  # before it has begun
        assert main(["--version"]) == 130
    monkeypatch.setattr(command, "print_text", interrupt)
    done = run("inspect", demo_layout)
    assert (done.code, done.err) == (130, "")


def test_an_interrupt_while_a_dataclass_is_made_is_130(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text("""
import sys
from ocitui import __main__
from ocitui.commands.group import commands

def interrupt(*_):
    exec("import os, signal; os.kill(os.getpid(), signal.SIGINT); list(map(lambda _: 0, range(9)))")

commands.make_context = interrupt
sys.exit(__main__.main())
""")
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        timeout=LONG_PATIENCE,
    )
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "--json"], ["ls", "-R", "--layer", "1"]])
def test_a_closed_pipe_is_no_error(demo_layout: Path, arguments: list[str]) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-m", "ocitui", *arguments, f"{demo_layout}:latest"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    assert reader.stdout is not None
    assert reader.stderr is not None
    reader.stdout.close()
    assert reader.stderr.read() == b""
    reader.stderr.close()
    assert reader.wait(LONG_PATIENCE) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_one_message(demo_layout: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = spawn("inspect", demo_layout, stdout=full, stderr=subprocess.PIPE)
    assert done.code == 2
    assert "standard output" in done.message


def test_a_locale_that_cannot_draw(demo_layout: Path) -> None:
    done = spawn("inspect", demo_layout, environment={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert done.code == 0
    assert done.out.isascii()
    assert b"|- latest  index" in done.out


@pytest.mark.slow
def test_a_command_loads_no_screen_and_no_other_command(demo_layout: Path) -> None:
    spawn("ls", demo_layout, "--layer", "1")  # so that it is in the cache
    program = (
        "import sys; from ocitui.__main__ import main; main(sys.argv[1:]); "
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ls", str(demo_layout), "--layer", "1"],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    loaded = set(done.stderr.split())
    assert "ocitui.commands.ls.command" in loaded
    assert not loaded & {
        "ocitui.commands.inspect.command",
        "ocitui.layers.scan.build",
        "ocitui.image.history.instruction",
        "ocitui.demo",
    }
    assert not {name.partition(".")[0] for name in loaded} & {"textual", "rich", "humanize", "isal", "zstandard"}


def test_each_image_is_found_by_its_digest(run: Run, demo_layout: Path) -> None:
    from ocitui.commands.opened.place import Place

    images = images_below(Place.open(str(demo_layout)).start)
    for image in images:
        done = run("inspect", "--json", f"{demo_layout}@{image.node.digest}")
        assert done.json["image"]["digest"] == str(image.node.digest)
