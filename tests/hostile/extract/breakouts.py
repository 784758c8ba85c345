"""Images that try to write, to change or to delete something outside of the folder they are extracted to.

``@`` in a name or in the target of a link stands for the absolute path of a canary.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ocitui.demo.tar import Entry, character_device, directory, fifo, file, hard_link, opaque, symlink, whiteout

UP = "/".join([".."] * 9)
"""Leads to the very top from wherever a test extracts to."""

_THROUGH: Mapping[str, list[Entry]] = {
    "a link to the folder beside": [symlink("link", "../canary")],
    "an absolute link": [symlink("link", "@")],
    "a link to a folder in the canary": [symlink("link", "../canary/folder")],
    "a chain of links": [symlink("a", ".."), symlink("b", "a/canary"), symlink("link", "b")],
    "a chain through folders": [directory("d/e"), symlink("d/e/x", "../.."), symlink("link", "d/e/x/../canary")],
    "a link of many steps up": [symlink("link", f"{UP}@")],
    "a link by way of its own parent": [directory("a"), symlink("a/up", "../.."), symlink("link", "a/up/canary")],
    "a hard link to a link": [symlink("s", "../canary"), hard_link("link", "s")],
    "a link to the running process": [symlink("link", "/proc/self/cwd")],
    "a link to the root of the process": [symlink("link", "/proc/self/root@")],
    "a link to itself": [symlink("link", "link")],
    "links in a circle": [symlink("link", "b"), symlink("b", "link")],
    "a link that spells itself oddly": [symlink("link", "./../target/.././//canary/")],
    "no folder but a pipe": [fifo("link")],
    "no folder but a device": [character_device("link", 1, 3)],
}
"""What is in the way."""

_GOING: Mapping[str, list[Entry]] = {
    "a file": [file("link/planted", "planted"), file("link/secret", "changed")],
    "the folder and a file": [directory("link", 0o777).owned(7), file("link/secret", "changed")],
    "folders": [directory("link/new", 0o700), directory("link/folder", 0o777), file("link/folder/inner", "changed")],
    "links": [symlink("link/secret", "x"), hard_link("link/hard", "link/secret")],
    "nodes": [fifo("link/secret"), fifo("link/new"), character_device("link/null", 1, 3)],
    "whiteouts": [whiteout("link/secret"), whiteout("link/folder"), opaque("link"), opaque("link/folder")],
    "something in its place": [whiteout("link"), file("link/secret", "changed")],
    "a hard link from outside": [hard_link("link/hard", "@/secret"), hard_link("link/hard-2", "../canary/secret")],
    "climbing": [file("link/../canary/secret", "changed"), file("link/../../canary/secret", "changed")],
}
"""What goes through it."""

_PLAIN = [entries for what, entries in _GOING.items() if what != "a hard link from outside"]


THROUGH: dict[str, list[list[list[Entry]]]] = {
    way: [layers for then in _GOING.values() for layers in ([[*first, *then]], [first, then])]
    for way, first in _THROUGH.items()
}
"""By way, everything that goes through it, in one layer and in two."""

NAMES: dict[str, list[list[Entry]]] = {
    "absolute names": [[file("@/planted"), file("@/secret", "changed"), directory("@/folder", 0o777), directory("/")]],
    "names that climb": [
        [file("../planted"), file("../canary/secret", "changed"), directory("../canary", 0o777).at(1)],
        [file("a/../../canary/planted"), symlink("../link", "x"), fifo("../pipe"), hard_link("../h", "../planted")],
    ],
    "names that climb to the top": [[file(f"{UP}@/planted"), file(f"a/{UP}@/secret", "changed")]],
    "names of dots": [
        [directory(".."), file("..", "x"), directory("a/.."), file("."), symlink("..", "@"), file("a/.")]
    ],
    "a root that is no folder": [[symlink("/", "@"), symlink(".", "@"), file("./secret"), hard_link("/", "@")]],
    "denormal names": [[file("a//b", "1"), file("./c", "2"), file("d/./e", "3"), directory("f//"), file("//g", "4")]],
    "names with a slash at the end": [[file("f/", "1"), symlink("link/", "@"), file("link/x"), hard_link("h/", "f")]],
    "names that are cut": [[Entry(b"cut\0/../../canary/secret", b"1"), Entry(b"../canary/secret\0x", b"changed")]],
    "names in the other case": [[symlink("Link", "../canary"), file("link/secret", "changed")]],
    "names that are looked up alike": [[symlink("lin\u0303k", "../canary"), file("li\u00f1k/secret", "changed")]],
    "backslashes": [[file("..\\canary\\secret", "changed"), file("C:\\x"), symlink("s", "..\\..")]],
    "long names": [[file("n" * 255, "1"), file("/".join(["m" * 200] * 30), "deep"), symlink("s", "../" * 500 + "x")]],
    "names that are too long": [[file("n" * 256, "1"), directory("n" * 5000), file("o" * 300 + "/x", "2"), file("z")]],
    "our own temporary names": [[file(".ocitui-999999999-00000000-1.part", "x"), file("x/.ocitui-1-00000000-1.part")]],
}

LINKS: dict[str, list[list[Entry]]] = {
    "a link, then a file of its name": [[symlink("f", "../canary/secret"), file("f", "changed", 0o777)]],
    "a link, then in a later layer a file": [[symlink("f", "../canary/secret")], [file("f", "changed", 0o777)]],
    "a file, then a link, then a file": [[file("f", "1")], [symlink("f", "@/secret")], [file("f", "changed")]],
    "a link, then a folder of its name": [
        [symlink("d", "../canary")],
        [directory("d", 0o777)],
        [file("d/secret", "x")],
    ],
    "a folder, then a link, then a file in it": [[directory("d")], [symlink("d", "@")], [file("d/secret", "changed")]],
    "a link that is deleted, then a folder": [[symlink("d", "@")], [whiteout("d"), directory("d"), file("d/secret")]],
    "hard links out": [
        [hard_link("h", "../../canary/secret"), hard_link("i", "@/secret"), hard_link("j", f"{UP}@/secret")]
    ],
    "hard links out through a link": [
        [symlink("link", "../canary"), hard_link("h", "link/secret"), hard_link("i", "link/folder/inner")],
        [file("h", "changed"), hard_link("j", "i")],
    ],
    "a hard link to a link that leads out": [
        [symlink("s", "../canary/secret"), hard_link("h", "s"), file("h", "changed", 0o777)],
        [file("s", "changed")],
    ],
    "hard links to folders": [[directory("d"), hard_link("h", "d"), hard_link("i", ".."), hard_link("j", "@")]],
    "hard links in a circle": [[hard_link("h", "i"), hard_link("i", "h"), hard_link("j", "j")]],
    "metadata of a link": [
        [replace(symlink("s", "../canary/secret"), mode=0o6777, xattrs=(("user.x", b"1"),)).owned(7)]
    ],
    "links to nothing": [[symlink("e", ""), Entry(b"z", kind=b"2", link=b"a\0b"), symlink("long", "x" * 4095)]],
    "links that are too long": [[symlink("long", "x" * 5000), file("z")]],
}

NODES: dict[str, list[list[Entry]]] = {
    "devices and pipes": [
        [character_device("null", 1, 3), fifo("p", 0o666), replace(fifo("b"), kind=b"4", device=(7, 0))]
    ],
    "files in the place of devices": [[fifo("p"), character_device("n", 1, 3)], [file("p", "x"), file("n", "changed")]],
    "pipes and devices over files": [[file("p", "x"), file("n")], [fifo("p"), character_device("n", 1, 3)]],
    "files in pipes": [[fifo("p"), file("p/x")], [file("n/x")], [character_device("n", 1, 3)]],
    "set-user-ID": [[file("su", "#!", 0o6755).owned(0), directory("sg", 0o7777), fifo("p", 0o6777)]],
    "unknown types": [[replace(file("socket", "x"), kind=b"s"), replace(file("p", "x"), kind=b"~"), file("z")]],
}

CASES: dict[str, list[list[Entry]]] = {
    **NAMES,
    **LINKS,
    **NODES,
    **{f"everything through {way}": [first, *_PLAIN] for way, first in _THROUGH.items()},
}
"""What is held against umoci too."""


def aimed(layers: Sequence[Sequence[Entry]], canary: Path) -> list[list[Entry]]:
    """The layers, with the canary's path in its place."""
    place = os.fsencode(canary)
    return [
        [
            replace(each, name=each.name.replace(b"@", place), link=each.link.replace(b"@", place).replace(b"//", b"/"))
            for each in layer
        ]
        for layer in layers
    ]
