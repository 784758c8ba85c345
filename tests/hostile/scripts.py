"""An image whose every file runs if anybody lets it, and says so by touching a canary."""

import json
import marshal
import random
import sys
from collections.abc import Iterable, Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from ocitui.demo.tar import Entry, directory, file, symlink, write_tar
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

_TOOLS = ("docker", "podman", "skopeo", "less", "more", "vi", "sh", "bash", "python", "python3", "xdg-open", "uname")


def python_source(canary: Path) -> str:
    """A module that touches the canary when it is imported."""
    return f"open({str(canary)!r}, 'a').write(__name__ + ' ' + __file__ + chr(10))\n"


def shell_source(canary: Path) -> str:
    """A script that touches the canary when it is run."""
    return f"#!/bin/sh\necho $0 >> {canary}\n"


def modules() -> list[str]:
    """The names of everything that the program imports, and of all of the standard library."""
    ours = ("click", "textual", "rich", "pygments", "yaml", "docker", "requests", "isal", "zstandard", "platformdirs")
    return sorted({*sys.stdlib_module_names, *ours, "humanize", "filetype", "sitecustomize", "usercustomize"})


def scripts(canary: Path) -> dict[str, str]:
    """Files by name: programs of shells, names that a shell would run, settings of programs."""
    shell, python = shell_source(canary), python_source(canary)
    touch = f"touch {canary}"
    slashless = touch.replace("/", "${PWD%%[!/]*}")
    names = [
        f"$({slashless})",
        f"`{slashless}`",
        f"; {slashless}",
        f"| {slashless}",
        f"x\n{slashless}\n",
        "-rf",
        "--help",
    ]
    found = dict.fromkeys([*names, "run.sh", ".profile", ".bashrc", ".envrc", "Makefile"], shell)
    found |= {f"usr/bin/{tool}": shell for tool in _TOOLS}
    found |= {
        "evil.pth": f"import os; os.system({touch!r})\n",
        "evil-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n",
        "evil-1.0.dist-info/entry_points.txt": "[pygments.lexers]\nx = evil:X\n[pygments.styles]\ny = evil:Y\n",
        "evil.py": python,
        "pyproject.toml": f'[tool.ocitui]\nrun = "{touch}"\n',
        "setup.cfg": f"[alias]\nx = !{touch}\n",
        ".gitconfig": f"[core]\npager = {touch}\n",
        ".git/config": f"[core]\nfsmonitor = {touch}\n",
        "textual.tcss": "* { display: none; }\n",
        "page.html": f"<script>{touch}</script>",
        "code.rb": f"`{touch}`\n",
        "data.json": json.dumps({"run": touch}),
        "data.yaml": f'!!python/object/apply:os.system ["{touch}"]\n',
        "pickle.pkl": f"cposix\nsystem\n(S'{touch}'\ntR.",
        "var/lib/dpkg/status": f"Package: x\nStatus: install ok installed\nVersion: $({touch})\nInstalled-Size: 1\n",
        "var/lib/dpkg/info/x.list": f"/usr/bin/docker\n/$({slashless})\n",
        "var/lib/dpkg/info/x.postinst": shell,
    }
    return found


def lay_out(folder: Path, canary: Path, names: Iterable[str]) -> Path:
    """Write it to disk, as if it had been extracted: the folder to stand in. Modules of these names too."""
    for name, text in {**scripts(canary), **{f"{name}.py": python_source(canary) for name in names}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return folder


def _entries(canary: Path) -> Iterator[Entry]:
    for name, text in scripts(canary).items():
        yield file(name, text, 0o4755)
    compiled = marshal.dumps(compile(python_source(canary), "json.py", "exec"))
    for name in modules():
        yield file(f"{name}.py", python_source(canary), 0o755)
    yield file("__pycache__/json.cpython-311.pyc", MAGIC_NUMBER + bytes(12) + compiled)
    yield file("large", random.Random(1).randbytes(400_000), 0o755)  # so that a process of its own reads the layer
    yield file("lib.so", b"\x7fELF" + bytes(60), 0o755)
    yield directory("ocitui")
    yield file("ocitui/__init__.py", python_source(canary))
    yield symlink("link", "run.sh")


def image_of_scripts(path: Path, canary: Path) -> WrittenLayout:
    """Two layers of it, in a layout whose documents say the same."""
    shell = ["/bin/sh", "-c", shell_source(canary)]
    config = {
        "config": {
            **{"Cmd": shell, "Entrypoint": shell, "OnBuild": [f"RUN touch {canary}"], "Shell": shell},
            **{
                "Env": [f"PYTHONSTARTUP={canary}", "PYTHONPATH=.", f"LD_PRELOAD={path}"],
                "Healthcheck": {"Test": shell},
            },
        },
        "history": [{"created_by": f"$(touch {canary})"}, {"created_by": f"RUN touch {canary}"}],
    }
    upper = [file("run.sh", shell_source(canary) + "# changed\n", 0o755), file("data.json", '{"a": 1}\n')]
    layers = [LayerSpec(write_tar(_entries(canary))), LayerSpec(write_tar(upper))]
    return write_layout(path, layers, config=config)
