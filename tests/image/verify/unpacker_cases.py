"""What unpackers refuse, or make different things of: each case as four of them were seen to take it.

Seen on Debian 12 with Linux 6.18: umoci 0.4.7; buildah 1.28.2 (containers/storage 1.43, as podman 4.3.1 and
skopeo 1.9.3) with the drivers vfs and overlay; containerd 1.6.20 with overlayfs.
"""

from dataclasses import dataclass

from ocitui.demo.tar import Entry, character_device, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.spec.problem import Severity
from tests.image.verify.unpackers import Outcome, Refuses

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True)
class Case:
    """An image, what comes of it, and what ``verify`` says of it."""

    name: str
    layers: tuple[tuple[Entry, ...], ...]
    umoci: Outcome
    vfs: Outcome
    overlay: Outcome
    containerd: Outcome
    severity: Severity | None
    """None where verify finds nothing."""
    words: str = ""

    @property
    def tars(self) -> list[bytes]:
        """The layers as they are stored."""
        return [write_tar(entries) for entries in self.layers]

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def same(
    name: str,
    layers: tuple[tuple[Entry, ...], ...],
    outcome: Outcome,
    severity: Severity | None = None,
    words: str = "",
) -> Case:
    """A case in which all four do the same."""
    return Case(name, layers, outcome, outcome, outcome, outcome, severity, words)


def _f(name: str) -> Entry:
    return file(name, "x")


_LOWER = (directory("a"), _f("a/b"), directory("a/d"), _f("a/d/old"))
_LINKED = (directory("x"), _f("x/y"), symlink("b", "x"))
_LIB = (directory("usr"), directory("usr/lib"))
_NOT_A_FOLDER = Refuses("not a directory")
_EXISTS = Refuses("file exists")
_TWICE = Refuses("duplicates of file paths not supported")
_GONE = Refuses("no such file or directory")
_TOO_LONG = Refuses("file name too long")
_BELOW = "expected a folder, since later entries of the layer are in it, found a file"
_BESIDE_FOLDER = "found a folder before it, which overlay and vfs refuse, and umoci keeps"
_BESIDE_WHITEOUT = "found another whiteout, which overlay refuses, vfs may, and umoci takes"
_BESIDE_ENTRY = "found an entry before it, which overlay refuses, vfs deletes, and umoci keeps"
_BESIDE_BELOW = "found entries below it, which overlay refuses, and vfs and umoci keep"
_SEVERAL = "expected one entry in the layer, found several"
_LINK_BELOW = "a symbolic link to 'x' in a layer below"
_FILE_BELOW = "a file in a layer below"
_LOOPS = Refuses("too many")
_CIRCLE = "which leads in a circle"
_OWN_FILE = "found a link to 'a', which leads to"
_BIN = (directory("usr"), directory("usr/bin"))
_USR_BIN = "usr/, usr/bin/, usr/bin/a, usr/bin/b"
_KEPT_BIN = f"bin -> usr/bin, {_USR_BIN}"
_REMOVED = "where this layer had already removed or replaced it"
_NOT_FOUND = "found it neither there nor in the layers below"
_KEPT_LIB = "b, lib -> usr/lib, usr/, usr/lib/, usr/lib/a"


def _chain(count: int) -> tuple[Entry, ...]:
    """Symbolic links that lead to ``t`` one by way of the other, from ``l00`` on."""
    names = [f"l{number:02}" for number in range(count)]
    return tuple(symlink(name, target) for name, target in zip(names, [*names[1:], "t"], strict=True))


def _listed(*links: Entry) -> str:
    return ", ".join(f"{link.name.decode()} -> {link.link.decode()}" for link in links)


_FAR = _chain(41)
_FOLLOWED = f"{_listed(*_FAR)}, t/, t/x"

CASES = (
    # An entry below what is no folder.
    same("entry below a file", ((_f("b"), _f("b/c")),), _NOT_A_FOLDER, _ERROR, _BELOW),
    same("folder below a file", ((_f("b"), directory("b/c")),), _NOT_A_FOLDER, _ERROR, _BELOW),
    same("entry below a pipe", ((Entry(b"b", kind=b"6"), _f("b/c")),), _NOT_A_FOLDER, _ERROR, _BELOW),
    same("entry below a hard link", ((_f("x"), hard_link("b", "x"), _f("b/c")),), _NOT_A_FOLDER, _ERROR, _BELOW),
    same(
        "entry below a hard link to a file of the layer below",
        ((_f("a"),), (hard_link("b", "a"), _f("b/c"))),
        Refuses(""),
        _ERROR,
        _BELOW,
    ),
    same(
        "entry below a hard link to a link to a file of the layer below",
        ((_f("d"), symlink("a", "d")), (hard_link("b", "a"), _f("b/c"))),
        Refuses(""),
        _ERROR,
        _BELOW,
    ),
    Case(
        "entry below a hard link to a link to a folder of the layer below",
        ((directory("d"), symlink("a", "d")), (hard_link("b", "a"), _f("b/c"))),
        "a -> d, b -> d, d/, d/c",
        "a -> d, b -> d, d/, d/c",
        _GONE,
        _GONE,
        _WARNING,
        "found it in the layers below",
    ),
    Case(
        "whiteout below a hard link to a link to a folder of the layer below",
        ((directory("d"), _f("d/c"), symlink("a", "d")), (hard_link("b", "a"), whiteout("b/c"))),
        "a -> d, b -> d, d/",
        "a -> d, b -> d, d/",
        _GONE,
        _GONE,
        _WARNING,
        "found it in the layers below",
    ),
    same("deep below a file", (_LOWER, (_f("a/b"), _f("a/b/c/d"))), _NOT_A_FOLDER, _ERROR, _BELOW),
    same("file in the place of a folder", ((_f("b/c"), _f("b")),), "b"),
    same("entry below a link", ((directory("x"), symlink("b", "x"), _f("b/c")),), "b -> x, x/, x/c"),
    Case(
        "whiteout below a file",
        ((_f("b"), whiteout("b/c")),),
        "b",
        _NOT_A_FOLDER,
        "b",
        _NOT_A_FOLDER,
        _WARNING,
        "since whiteouts of the layer are in it",
    ),
    # An entry below a link that leads to no folder.
    same("entry below a link to itself", ((symlink("b", "b"), _f("b/c")),), _LOOPS, _ERROR, _CIRCLE),
    same(
        "entry below links to each other", ((symlink("b", "x"), symlink("x", "b"), _f("b/c")),), _LOOPS, _ERROR, _CIRCLE
    ),
    same("entry below a link below itself", ((symlink("b", "b/c"), _f("b/d")),), _LOOPS, _ERROR, _CIRCLE),
    same("folder below a link to itself", ((symlink("b", "b"), directory("b/c")),), _LOOPS, _ERROR, _CIRCLE),
    same(
        "entry below a link to itself, then a folder",
        ((symlink("b", "b"), _f("b/c"), directory("b")),),
        _LOOPS,
        _ERROR,
        _CIRCLE,
    ),
    same("whiteout below a link to itself", ((symlink("b", "b"), whiteout("b/c")),), _LOOPS, _ERROR, _CIRCLE),
    Case(
        "opaque whiteout below a link to itself",
        ((symlink("b", "b"), opaque("b")),),
        _LOOPS,
        "b -> b",
        _LOOPS,
        _LOOPS,
        _WARNING,
        _CIRCLE,
    ),
    same("entry below a link to a file", ((_f("a"), symlink("b", "a"), _f("b/c")),), _NOT_A_FOLDER, _ERROR, _OWN_FILE),
    same(
        "entry below a hard link to a link to a file",
        ((_f("a"), symlink("x", "a"), hard_link("b", "x"), _f("b/c")),),
        _NOT_A_FOLDER,
        _ERROR,
        _OWN_FILE,
    ),
    same(
        "entry below a hard link to a link to a folder",
        ((directory("a"), symlink("x", "a"), hard_link("b", "x"), _f("b/c")),),
        "a/, a/c, b -> a, x -> a",
    ),
    same(
        "entry below a link to a file, then a folder",
        ((_f("a"), symlink("b", "a"), _f("b/c"), directory("b")),),
        _NOT_A_FOLDER,
        _ERROR,
        _OWN_FILE,
    ),
    Case(
        "whiteout below a link to a file",
        ((_f("a"), symlink("b", "a"), whiteout("b/c")),),
        "a, b -> a",
        _NOT_A_FOLDER,
        "a, b -> a",
        _NOT_A_FOLDER,
        _WARNING,
        _OWN_FILE,
    ),
    Case(
        "entry below a link to a folder of the layer below",
        ((directory("a"),), (symlink("b", "a"), _f("b/c"))),
        "a/, a/c, b -> a",
        "a/, a/c, b -> a",
        _GONE,
        "a/, a/c, b -> a",
        _WARNING,
        "which is not in the layer itself",
    ),
    Case(
        "entry below a link to a file of the layer below",
        ((_f("a"),), (symlink("b", "a"), _f("b/c"))),
        _NOT_A_FOLDER,
        _NOT_A_FOLDER,
        _GONE,
        "a/, a/c, b -> a",
        _WARNING,
        "which is a file in a layer below",
    ),
    same(
        "entry below a link through a file of the layer below",
        ((_f("a"),), (symlink("b", "a/x"), _f("b/c"))),
        Refuses(""),
        _ERROR,
        "which leads to no folder",
    ),
    Case(
        "entry below a link to nothing",
        ((symlink("b", "a"), _f("b/c")),),
        "a/, a/c, b -> a",
        _GONE,
        _GONE,
        "a/, a/c, b -> a",
        _WARNING,
        "which does not exist",
    ),
    same(
        "entry below a link to a circle of the layer below",
        ((symlink("a", "a"),), (symlink("b", "a"), _f("b/c"))),
        Refuses(""),
        _ERROR,
        _CIRCLE,
    ),
    # As umoci repack 0.4.7 writes it where the folder b, with the file c, gave way to the link.
    Case(
        "whiteout below a link to a folder of the layer below",
        ((directory("a"), _f("a/c")), (symlink("b", "a"), whiteout("b/c"))),
        "a/, b -> a",
        "a/, b -> a",
        _GONE,
        "a/, b -> a",
        _WARNING,
        "delete what the whiteouts name where the link leads",
    ),
    same(
        "entry by way of 40 links",
        ((directory("t"), *_chain(40), _f("l00/x")),),
        f"{_listed(*_chain(40))}, t/, t/x",
    ),
    Case(
        "entry by way of 41 links",
        ((directory("t"), *_FAR, _f("l00/x")),),
        _FOLLOWED,
        _LOOPS,
        _LOOPS,
        _FOLLOWED,
        _WARNING,
        "expected at most 40 symbolic links",
    ),
    Case(
        "hard link by way of 41 links",
        ((directory("t"), _f("t/x"), *_FAR, hard_link("b", "l00/x")),),
        f"b, {_FOLLOWED}",
        _LOOPS,
        _LOOPS,
        f"b, {_FOLLOWED}",
        _WARNING,
        "expected at most 40 symbolic links",
    ),
    # What a layer needs of those below.
    Case(
        "entry below a file of the layer below",
        ((_f("b"),), (_f("b/c"),)),
        _NOT_A_FOLDER,
        _NOT_A_FOLDER,
        "b/, b/c",
        "b/, b/c",
        _WARNING,
        _FILE_BELOW,
    ),
    same("folder over a file of the layer below", ((_f("b"),), (directory("b"), _f("b/c"))), "b/, b/c"),
    Case(
        "entry below a link of the layer below",
        (_LINKED, (_f("b/c"),)),
        "b -> x, x/, x/c, x/y",
        "b -> x, x/, x/c, x/y",
        "b/, b/c, x/, x/y",
        "b/, b/c, x/, x/y",
        _WARNING,
        _LINK_BELOW,
    ),
    Case(
        "folder below a link of the layer below",
        (_LINKED, (directory("b/c"), _f("b/c/d"))),
        "b -> x, x/, x/c/, x/c/d, x/y",
        "b -> x, x/, x/c/, x/c/d, x/y",
        "b/, b/c/, b/c/d, x/, x/y",
        "b/, b/c/, b/c/d, x/, x/y",
        _WARNING,
        _LINK_BELOW,
    ),
    Case(
        "entry below a link to nothing of the layer below",
        ((symlink("b", "x"),), (_f("b/c"),)),
        "b -> x, x/, x/c",
        _GONE,
        "b/, b/c",
        "b/, b/c",
        _WARNING,
        _LINK_BELOW,
    ),
    Case(
        "entry below a link to a file, both of the layer below",
        ((_f("x"), symlink("b", "x")), (_f("b/c"),)),
        _NOT_A_FOLDER,
        _NOT_A_FOLDER,
        "b/, b/c, x",
        "b/, b/c, x",
        _WARNING,
        "since it leads to a file",
    ),
    Case(
        "entry below a circle of the layer below",
        ((symlink("b", "b"),), (_f("b/c"),)),
        _LOOPS,
        _LOOPS,
        "b/, b/c",
        _LOOPS,
        _WARNING,
        "since it leads in a circle",
    ),
    Case(
        "entry by way of 41 links of the layer below",
        ((directory("t"), *_FAR), (_f("l00/x"),)),
        _FOLLOWED,
        _LOOPS,
        f"l00/, l00/x, {_listed(*_FAR[1:])}, t/",
        f"l00/, l00/x, {_listed(*_FAR[1:])}, t/",
        _WARNING,
        "umoci follows it, vfs refuses the layer",
    ),
    Case(
        "opaque whiteout in a file of the layer below",
        ((_f("b"),), (opaque("b"),)),
        "b",
        "b",
        "b/",
        "b/",
        _WARNING,
        "umoci keeps it, vfs may refuse",
    ),
    same("folder over a link of the layer below", (_LINKED, (directory("b"), _f("b/c"))), "b/, b/c, x/, x/y"),
    # A name beside its own whiteout.
    Case(
        "file, then its whiteout",
        (_LOWER, (_f("a/b"), whiteout("a/b"))),
        "a/, a/b, a/d/, a/d/old",
        "a/, a/d/, a/d/old",
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_ENTRY,
    ),
    Case(
        "folder, then its whiteout",
        (_LOWER, (directory("a/d"), _f("a/d/new"), whiteout("a/d"))),
        "a/, a/b, a/d/, a/d/new",
        _GONE,
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_FOLDER,
    ),
    Case(
        "folder without an entry, then its whiteout",
        (_LOWER, (_f("a/d/new"), whiteout("a/d"))),
        "a/, a/b, a/d/, a/d/new",
        "a/, a/b",
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_ENTRY,
    ),
    Case(
        "whiteout, then a folder without an entry",
        (_LOWER, (whiteout("a/d"), _f("a/d/new"))),
        "a/, a/b, a/d/, a/d/new",
        "a/, a/b, a/d/, a/d/new",
        _NOT_A_FOLDER,
        _NOT_A_FOLDER,
        _WARNING,
        _BESIDE_BELOW,
    ),
    Case(
        "whiteout twice",
        (_LOWER, (whiteout("a/b"), whiteout("a/b"))),
        "a/, a/d/, a/d/old",
        _TWICE,
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_WHITEOUT,
    ),
    Case(
        "file, then its whiteout by way of a link",
        ((directory("a"), _f("a/b"), symlink("l", "a"), whiteout("l/b")),),
        "a/, a/b, l -> a",
        "a/, l -> a",
        _EXISTS,
        "a/, l -> a",
        _WARNING,
        _BESIDE_ENTRY,
    ),
    Case(
        "folder below, then a whiteout",
        (_LOWER, (directory("a/d/e"), _f("a/d/e/new"), whiteout("a/d"))),
        "a/, a/b, a/d/, a/d/e/, a/d/e/new",
        _GONE,
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_FOLDER,
    ),
    Case(
        "folder, then its whiteout, then an entry in it",
        (_LOWER, (directory("a/d"), _f("a/d/new"), whiteout("a/d"), _f("a/d/newer"))),
        "a/, a/b, a/d/, a/d/new, a/d/newer",
        "a/, a/b, a/d/, a/d/newer",
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_ENTRY,
    ),
    Case(
        "folder below, then a whiteout, then an entry",
        (_LOWER, (directory("a/d/e"), whiteout("a/d"), _f("a/d/newer"))),
        "a/, a/b, a/d/, a/d/e/, a/d/newer",
        _GONE,
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_FOLDER,
    ),
    Case(
        "file, then its whiteout twice",
        (_LOWER, (_f("a/b"), whiteout("a/b"), whiteout("a/b"))),
        "a/, a/b, a/d/, a/d/old",
        _TWICE,
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_WHITEOUT,
    ),
    Case(
        "folder between its whiteouts",
        (_LOWER, (whiteout("a/d"), directory("a/d"), whiteout("a/d"))),
        "a/, a/b, a/d/",
        _GONE,
        _EXISTS,
        _EXISTS,
        _WARNING,
        _BESIDE_FOLDER,
    ),
    Case(
        "folder, then its whiteout by way of a link",
        ((directory("a"), directory("a/d"), symlink("l", "a"), whiteout("l/d")),),
        "a/, a/d/, l -> a",
        _GONE,
        _EXISTS,
        _GONE,
        _WARNING,
        _BESIDE_FOLDER,
    ),
    same("whiteout, then a file", (_LOWER, (whiteout("a/b"), _f("a/b"))), "a/, a/b, a/d/, a/d/old"),
    same(
        "opaque whiteout, after and before",
        (_LOWER, (directory("a/d"), _f("a/d/new"), opaque("a/d"))),
        "a/, a/b, a/d/, a/d/new",
    ),
    # The same path twice.
    Case("file twice", ((_f("a"), _f("./a")),), "a", _TWICE, _TWICE, "a", _WARNING, _SEVERAL),
    Case(
        "folder twice",
        ((directory("a"), _f("a/b"), directory("a")),),
        "a/, a/b",
        _TWICE,
        _TWICE,
        "a/, a/b",
        _WARNING,
        _SEVERAL,
    ),
    # Hard links.
    same("hard link to itself", ((_f("a"), hard_link("a", "./a")),), _GONE, _ERROR, "found its own"),
    same("hard link to itself alone", ((hard_link("b", "b"),),), _GONE, _ERROR, "found its own"),
    same(
        "hard link by way of a link",
        ((*_LIB, _f("usr/lib/a"), symlink("lib", "usr/lib"), hard_link("b", "lib/a")),),
        _KEPT_LIB,
    ),
    Case(
        "hard link by way of a link of the layer below",
        ((*_LIB, symlink("lib", "usr/lib")), (_f("usr/lib/a"), hard_link("b", "lib/a"))),
        _KEPT_LIB,
        _KEPT_LIB,
        _GONE,
        _GONE,
        _WARNING,
        "found it by way of a symbolic link in the layers below",
    ),
    same(
        "hard link below a link to where that leads",
        ((*_BIN, symlink("bin", "usr/bin"), _f("bin/a"), hard_link("bin/b", "usr/bin/a")),),
        _KEPT_BIN,
    ),
    same(
        "hard link by way of a link to a file below it",
        ((*_BIN, symlink("bin", "usr/bin"), _f("usr/bin/a"), hard_link("bin/b", "bin/a")),),
        _KEPT_BIN,
    ),
    same(
        "hard link to a file that is put there by way of a link",
        ((*_BIN, symlink("bin", "usr/bin"), _f("bin/a"), hard_link("b", "usr/bin/a"), hard_link("c", "b")),),
        "b, bin -> usr/bin, c, usr/, usr/bin/, usr/bin/a",
    ),
    same(
        "hard link to a file by way of two links",
        ((*_BIN, symlink("bin", "usr/bin"), symlink("l", "bin"), _f("l/a"), hard_link("bin/b", "usr/bin/a")),),
        f"bin -> usr/bin, l -> bin, {_USR_BIN}",
    ),
    Case(
        "hard link to a file that is put there by way of a link of the layer below",
        ((*_BIN, symlink("bin", "usr/bin")), (_f("bin/a"), hard_link("usr/bin/b", "usr/bin/a"))),
        _KEPT_BIN,
        _KEPT_BIN,
        _GONE,
        _GONE,
        _WARNING,
        "found it by way of a symbolic link in the layers below",
    ),
    Case(
        "hard link to a file of the layer below",
        ((_f("a"),), (hard_link("b", "a"),)),
        "a, b",
        "a, b",
        _GONE,
        _GONE,
        _WARNING,
        "found it in the layers below",
    ),
    same(
        "hard link to a file of the layer below, below another",
        ((_f("a"), _f("b")), (hard_link("b/d/c", "a"),)),
        Refuses(""),
        _ERROR,
        "every unpacker refuses the layer",
    ),
    Case(
        "hard link to a file of the layer below, in a folder over another",
        ((_f("a"), _f("b")), (directory("b"), hard_link("b/c", "a"))),
        "a, b/, b/c",
        "a, b/, b/c",
        _GONE,
        _GONE,
        _WARNING,
        "found it in the layers below",
    ),
    Case(
        "hard link to a file of the layer below, then its whiteout",
        ((_f("a"),), (hard_link("b", "a"), whiteout("a"))),
        "b",
        "b",
        _GONE,
        _GONE,
        _WARNING,
        "found it in the layers below",
    ),
    Case(
        "hard link to a file of the layer below after its whiteout",
        ((_f("a"),), (whiteout("a"), hard_link("b", "a"))),
        _GONE,
        _GONE,
        "",
        "",
        _WARNING,
        "found its whiteout: umoci and vfs refuse the layer, overlay leaves the link out",
    ),
    Case(
        "hard link by way of a link to a file of the layer below after its whiteout",
        (
            (directory("d"), _f("d/a")),
            (directory("d"), symlink("l", "d"), whiteout("d/a"), hard_link("b", "l/a"), hard_link("c", "b")),
        ),
        _GONE,
        _GONE,
        "d/, l -> d",
        "d/, l -> d",
        _WARNING,
        "found its whiteout",
    ),
    Case(
        "hard link to nothing after a whiteout of it",
        ((whiteout("a"), hard_link("b", "a")),),
        _GONE,
        _GONE,
        "",
        _GONE,
        _WARNING,
        "found its whiteout",
    ),
    same(
        "hard link to a file of the layer below after a whiteout of its folder alone",
        ((_f("d/a"),), (whiteout("d"), hard_link("b", "d/a"))),
        Refuses(""),
        _ERROR,
        _REMOVED,
    ),
    same(
        "hard link to a file of the layer below after an opaque whiteout",
        ((_f("d/a"),), (opaque("d"), hard_link("b", "d/a"))),
        _GONE,
        _ERROR,
        _REMOVED,
    ),
    same(
        "hard link to a file of the layer below after a whiteout of its folder",
        ((_f("d/a"),), (whiteout("d"), directory("d"), hard_link("b", "d/a"))),
        _GONE,
        _ERROR,
        _REMOVED,
    ),
    same(
        "hard link to a file of the layer below whose folder a link replaced",
        ((_f("d/a"),), (directory("x"), symlink("d", "x"), hard_link("b", "d/a"))),
        _GONE,
        _ERROR,
        _REMOVED,
    ),
    same(
        "hard link to a file of the layer below that a folder replaced",
        ((_f("a"),), (directory("a"), hard_link("b", "a"))),
        Refuses("operation not permitted"),
        _ERROR,
        _REMOVED,
    ),
    same(
        "hard link to a file that a folder replaced",
        ((_f("a"), directory("a"), hard_link("b", "a")),),
        Refuses(""),
        _ERROR,
        _NOT_FOUND,
    ),
    same(
        "hard link to a file whose folder a link replaced",
        ((directory("y"), _f("x/a"), symlink("x", "y"), hard_link("b", "x/a")),),
        _GONE,
        _ERROR,
        _NOT_FOUND,
    ),
    same(
        "hard link by way of a link that comes later",
        ((*_BIN, _f("usr/bin/a"), hard_link("b", "bin/a"), symlink("bin", "usr/bin")),),
        _GONE,
        _ERROR,
        _NOT_FOUND,
    ),
    same(
        "hard link by way of what is a link only later",
        ((*_BIN, _f("usr/bin/a"), directory("bin"), hard_link("b", "bin/a"), symlink("bin", "usr/bin")),),
        Refuses(""),
        _ERROR,
        _NOT_FOUND,
    ),
    same(
        "hard link to a file whose folder is replaced later",
        ((_f("d/a"), hard_link("b", "d/a"), _f("d")),),
        "b, d",
    ),
    Case(
        "hard link to a file of the layer below in which whiteouts are",
        ((_f("a"),), (whiteout("a/x"), hard_link("b", "a"))),
        "a, b",
        _NOT_A_FOLDER,
        Refuses(""),
        Refuses(""),
        _WARNING,
        "",
    ),
    same("hard link to a folder", ((directory("a"), hard_link("b", "a")),), Refuses(""), _ERROR, _NOT_FOUND),
    # What Linux does not take.
    same("name of 256 bytes", ((_f("n" * 256),),), _TOO_LONG, _ERROR, "more than Linux takes"),
    same("folder of 256 bytes", ((_f("n" * 256 + "/x"),),), _TOO_LONG, _ERROR, "more than Linux takes"),
    same("name of 255 bytes", ((_f("n" * 255),),), "n" * 255),
    same("whiteout of a name of 255 bytes", ((_f("n" * 255),), (whiteout("n" * 255),)), ""),
    same("link to 4,096 bytes", ((symlink("s", "t" * 4096),),), _TOO_LONG, _ERROR, "more than Linux takes"),
    same("link to nothing at all", ((symlink("s", ""),),), _GONE, _ERROR, "expected a target, found none"),
    Case(
        "device 0, 0 over a file of the layer below",
        ((_f("a"), _f("k")), (character_device("a", 0, 0), character_device("b", 0, 0))),
        "a, b, k",
        "a, b, k",
        "k",
        "k",
        _WARNING,
        "which are a whiteout to overlayfs",
    ),
    same("device over a file of the layer below", ((_f("a"), _f("k")), (character_device("a", 1, 3),)), "a, k"),
    same("block device 0, 0 over a file of the layer below", ((_f("a"),), (Entry(b"a", kind=b"4"),)), "a"),
    # Types.
    *(same(f"type {kind}", ((Entry(b"odd", kind=kind.encode()),),), Refuses(""), _ERROR, "type") for kind in "7DSXVZ"),
)
