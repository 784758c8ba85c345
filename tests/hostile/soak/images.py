"""The images that keys are pressed on, made once and the same each time."""

from collections.abc import Iterator
from pathlib import Path

from ocitui.demo import build_demo
from ocitui.demo.layout import Compression
from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.images.layout_writer import LayerSpec, write_layout

LAYERS, FOLDERS, FILES = 20, 25, 60
"""Of the large image: its layers, the folders that each has, the files that each of these has."""
_COMPRESSIONS: tuple[Compression, ...] = ("gzip", "zstd", "none")


def demo_image(folder: Path) -> Path:
    """The image of ``ocitui demo``."""
    build_demo(folder / "demo")
    return folder / "demo"


def large_image(folder: Path, layers: int = LAYERS) -> Path:
    """Some 3,000 entries in each layer: they add, replace, delete, hide, link and change what is below."""
    tars = [write_tar(_layer(number)) for number in range(layers)]
    specs = [LayerSpec(tar, _COMPRESSIONS[number % 3]) for number, tar in enumerate(tars)]
    return write_layout(folder / "large", specs).path


def other_image(folder: Path) -> Path:
    """Another version of the large image's lowest layers, and a few files of its own."""
    own = write_tar([directory("own"), file("own/only-here", "hello\n"), file("srv/f00/n0000", "other\n")])
    return write_layout(folder / "two", [write_tar(_layer(0)), own, LayerSpec(write_tar(_layer(3)), "zstd")]).path


def _layer(number: int) -> Iterator[Entry]:
    for nth in range(FOLDERS):
        place = (number * 7 + nth) % 60  # a folder is in several layers
        name = f"srv/f{place:02}"
        yield directory(name)
        if (number + nth) % 19 == 5:
            yield opaque(name)
        for each in range(FILES):
            slot = each if each % 4 else (number % 5) * 1000 + each  # a quarter is added, the rest replaced
            text = f"{place} {slot}\n" * (1 + (slot + number) % 9)
            yield file(f"{name}/n{slot:04}", text).at(1_715_680_800 + (number // 2) * 60 + slot)
        yield from _odd(name, number)
    yield directory(f"deep/{'/'.join(f'd{depth}' for depth in range(number))}" if number else "deep")
    yield file("flat.json", f'{{"layer": {number}, "list": {list(range(number * 20))}}}')
    yield file("flat.bin", bytes(range(256)) * (number + 1))
    if number == 2:
        yield directory("flat")
        yield from (file(f"flat/{nth:05}.txt", str(nth)) for nth in range(25_000))


def _odd(name: str, number: int) -> Iterator[Entry]:
    """What is not a plain file."""
    yield symlink(f"{name}/link", "n0001")
    yield symlink(f"{name}/away", "/deep/d0/d1")
    yield hard_link(f"{name}/hard", f"{name}/n0001")
    yield symlink(f"{name}/circle", "circle")
    if number:
        yield whiteout(f"{name}/n{(number - 1) % 5 * 1000 + 4:04}")
        yield whiteout(f"{name}/gone-{number - 1}")
    yield file(f"{name}/gone-{number}", "soon gone\n")
    yield file(f"{name}/mode", "the same\n", mode=0o600 + number % 3)
    yield file(f"{name}/same", f"{number % 2}\n").at(1_715_680_800)  # only its contents tell
