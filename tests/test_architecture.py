"""What import-linter cannot see: what is imported at run time, and what no file may hold."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
_SCREEN = {"textual", "rich"}

_LOAD_ALL = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), name + "."):
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(*packages: str) -> set[str]:
    """The top-level names of all that is loaded when these packages are imported, whole."""
    command = [sys.executable, "-c", _LOAD_ALL, *packages]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def rooms() -> list[str]:
    """Every part of the program but the screen."""
    parts = [path for path in (REPOSITORY / "ocitui").iterdir() if path.suffix == ".py" or path.is_dir()]
    names = {path.stem for path in parts if not path.name.startswith("__")}
    return sorted(f"ocitui.{name}" for name in names - {"tui"})


def test_only_the_screen_loads_textual() -> None:
    assert not loaded_by(*rooms()) & _SCREEN


def test_the_worker_loads_layers_and_little_else() -> None:
    assert not loaded_by("ocitui.layers") & {"click", "humanize", "asyncio", "http", *_SCREEN}


@cache
def parsed(path: Path) -> ast.Module:
    """A file of the repository, as Python understands it."""
    return ast.parse(path.read_bytes())


def imports_of(path: Path, modules: set[str]) -> set[str]:
    """The modules of the program that a file imports anywhere: in a function and for type hints only, too."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if names & modules else {str(node.module)}
    return found & modules


def test_no_modules_import_each_other_in_a_circle() -> None:
    files = {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (REPOSITORY / "ocitui").rglob("*.py")
    }
    try:
        TopologicalSorter({name: imports_of(path, set(files)) for name, path in files.items()}).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


@cache
def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]


@cache
def tracked_texts() -> dict[str, str]:
    """Each file of the repository that is text, by its path."""
    texts = {}
    for path in tracked_files():
        with suppress(UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            texts[str(path.relative_to(REPOSITORY))] = path.read_text()
    return texts


_MACHINE = {
    # Each pattern is written so that it does not match itself.
    "a path of somebody's machine": re.compile(r"(?<![\w.~-])/(?:w[o]rk|Us[e]rs|home/(?!user\b)[a-z]\w*)/[\w.-]"),
    "a path of root's home": re.compile(r"(?<![\w.~-])/ro[o]t/[\w.]"),
    "a temporary path": re.compile(r"/t[m]p/(?:pytest-of|bash)[\w.-]*"),
    "a package index or its settings": re.compile(r"\b(?:extra-)?index-[u]rl\b|PIP_INDEX_[U]RL|npm_config_reg[i]stry"),
    "a host of a private network": re.compile(
        r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b"
    ),
    "an internal host name": re.compile(r"\b[\w-]+\.(?:internal|corp|lan|intra)\b"),
}


@pytest.mark.parametrize("what", _MACHINE)
def test_no_file_holds_what_belongs_to_one_machine(what: str) -> None:
    texts = tracked_texts().items()
    assert not [f"{name}: {match.group()}" for name, text in texts for match in _MACHINE[what].finditer(text)]


def test_nothing_lies_around_at_the_top() -> None:
    known = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "findings", "ocitui", "tests", "screenshots"}
    tops = {path.relative_to(REPOSITORY).parts[0] for path in tracked_files()}
    assert {top for top in tops if not top.startswith(".")} == known


def test_links_between_the_documents_lead_somewhere() -> None:
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "ocitui").rglob("*.md")]
    missing = [
        f"{document.relative_to(REPOSITORY)}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert len(documents) > 4
    assert not missing


def docstrings_of(path: Path) -> Iterator[tuple[int, str]]:
    """The docstrings of a file, those below attributes included, each with its line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                match statement:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        yield statement.lineno, text


@pytest.mark.slow
def test_docstrings_are_verb_or_noun_phrases() -> None:
    """None is a question: what is said of a thing is its name or what it does, such as ``True if`` or ``Return``."""
    questions = re.compile(r"\s*(How|What|Whether|Where|When|Which|Who|Whose|Why)\b")
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}"
        for path in (REPOSITORY / "ocitui").rglob("*.py")
        for line, text in docstrings_of(path)
        if questions.match(text)
    ]
    assert wrong == []
