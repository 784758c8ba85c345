"""Searching layers: paths against a naive search, what later layers did, contents across borders."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import (
    Entry,
    capability,
    character_device,
    directory,
    fifo,
    file,
    hard_link,
    opaque,
    symlink,
    whiteout,
    write_tar,
)
from ocitui.errors import LayerError
from ocitui.image.merged.paths import join
from ocitui.image.merged.removal import Removals
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.search.entry_status import EntryStatuses
from ocitui.image.search.hit import Hit, TextMatch
from ocitui.image.search.jump import PathPool, rank, without_scattered
from ocitui.image.search.matchers import PathSearch
from ocitui.image.search.needle import Needle
from ocitui.image.search.path_term import PathTerm
from ocitui.image.search.query import parse_query
from ocitui.image.search.search import Search
from ocitui.image.search.text import LINE_LIMIT, search_text
from ocitui.layers.entry import Entry as IndexedEntry
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.names import pack_names, unpack_names
from tests.examples import examples
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.stacks import close, index_of, stack_of


@contextmanager
def layers(folder: Path, *entries: list[Entry] | None) -> Iterator[LayerStack]:
    stack = stack_of(folder, *entries)
    try:
        yield stack
    finally:
        close(stack)


class Contents:
    """Reads the files of layers that are not compressed."""

    def __init__(self, folder: Path, piece: int = 1000) -> None:
        self._folder = folder
        self._piece = piece
        self.read_files: list[tuple[int, bytes]] = []

    def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
        self.read_files.append((layer_number, entry.name))
        assert entry.offset is not None
        data = (self._folder / f"{layer_number}.tar").read_bytes()[entry.offset : entry.offset + entry.size]
        for start in range(0, len(data), self._piece):
            yield data[start : start + self._piece]


def found(stack: LayerStack, typed: str, contents: Contents | None = None) -> list[Hit]:
    return list(Search(parse_query(typed), stack, contents).run())


def paths(stack: LayerStack, typed: str) -> list[str]:
    return [f"{hit.layer}:{hit.path.decode(errors='surrogateescape')}" for hit in found(stack, typed)]


BASE = [
    directory("etc"),
    file("etc/motd", "hello", 0o644),
    file("etc/Passwd", "root:x:0:0"),
    directory("usr"),
    directory("usr/bin"),
    file("usr/bin/su", "x" * 2000, 0o4755).owned(0, 0),
    file("usr/bin/bash", "x" * 5000, 0o755).owned(1, 2),
    symlink("usr/bin/sh", "bash"),
    hard_link("usr/bin/same", "usr/bin/bash"),
    character_device("null", 1, 3),
    fifo("pipe"),
    file("implied/deep/empty", ""),
]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("bash", ["usr/bin/bash"]),
        ("BASH", []),
        ("passwd", ["etc/Passwd"]),
        ("bin", ["usr/bin", "usr/bin/su", "usr/bin/bash", "usr/bin/sh", "usr/bin/same"]),
        ("usr sh", ["usr/bin/bash", "usr/bin/sh"]),
        ("usr -sh", ["usr", "usr/bin", "usr/bin/su", "usr/bin/same"]),
        ("bin/s", ["usr/bin/su", "usr/bin/sh", "usr/bin/same"]),
        ("r/bin/s -u", []),
        ("/etc", ["etc", "etc/motd", "etc/Passwd"]),
        ("name:etc", ["etc"]),
        ("s*", ["usr/bin/su", "usr/bin/sh", "usr/bin/same"]),
        ("usr/*/b*", ["usr/bin/bash"]),
        ("**/deep/*", ["implied/deep/empty"]),
        ("implied/**", ["implied/deep", "implied/deep/empty"]),
        ("/^.etc.m/", ["etc/motd"]),
        ("/b.n$/", ["usr/bin"]),
        ("size>1k", ["usr/bin/su", "usr/bin/bash"]),
        ("size=0", ["implied/deep/empty"]),
        ("type:link", ["usr/bin/sh", "usr/bin/same"]),
        ("type:device,fifo", ["null", "pipe"]),
        ("type:dir implied", ["implied", "implied/deep"]),
        ("mode:u+s", ["usr/bin/su"]),
        ("mode:755 type:file", ["usr/bin/bash"]),
        ("owner:1:2", ["usr/bin/bash", "usr/bin/same"]),
        ("uid>0", ["usr/bin/bash", "usr/bin/same"]),
        ("bin size<3k", ["usr/bin/su"]),
        ("layer:2", []),
        ("zzz", []),
    ],
)
def test_one_layer(tmp_path: Path, typed: str, names: list[str]) -> None:
    with layers(tmp_path, BASE) as stack:
        assert [path.removeprefix("1:") for path in paths(stack, typed)] == names


def test_the_root_is_never_a_hit(tmp_path: Path) -> None:
    with layers(tmp_path, [directory("."), file("a")]) as stack:
        assert paths(stack, "type:dir,file") == paths(stack, "-zzz") == paths(stack, "/^/") == ["1:a"]


def test_what_came_twice_in_a_layer_is_a_hit_once(tmp_path: Path) -> None:
    with layers(tmp_path, [file("a/b", "1"), file("a/b", "22"), file("a"), file("c")]) as stack:
        assert paths(stack, "a") == paths(stack, "a -zzz") == ["1:a"]


def test_what_layers_did(tmp_path: Path) -> None:
    upper = [
        directory("etc"),
        whiteout("etc/motd"),
        file("etc/Passwd", "changed"),
        file("etc/new", "new"),
        opaque("usr"),
        file("usr/bin/su", "x" * 2000, 0o4755),
    ]
    with layers(tmp_path, BASE, upper, [whiteout("etc/new"), file("pipe", "a file")]) as stack:
        hits = {(hit.layer, hit.path): (hit.mark.value, hit.remark) for hit in found(stack, "-zzz")}
        assert hits[1, b"etc/motd"] == ("+", "deleted by layer 2, still in the image")
        assert hits[2, b"etc/motd"] == ("-", "")
        assert hits[1, b"etc/Passwd"] == ("+", "replaced by layer 2, still in the image")
        assert hits[2, b"etc/Passwd"] == ("~", "")
        assert hits[2, b"etc/new"] == ("+", "deleted by layer 3, still in the image")
        assert hits[1, b"usr/bin/bash"] == ("+", "deleted by layer 2, still in the image")
        assert hits[1, b"usr/bin/su"] == ("+", "replaced by layer 2, still in the image")
        assert hits[1, b"pipe"] == ("+", "replaced by layer 3, still in the image")
        assert hits[1, b"etc"] == ("+", "")
        assert hits[2, b"etc"] == (" ", "")
        assert paths(stack, "status:deleted -usr") == ["1:etc/motd", "2:etc/new"]
        assert paths(stack, "status:replaced") == ["1:etc/Passwd", "1:usr/bin", "1:usr/bin/su", "1:pipe"]
        assert paths(stack, "status:modified") == ["2:etc/Passwd", "2:usr/bin", "3:pipe"]
        assert paths(stack, "type:whiteout") == ["2:etc/motd", "2:usr/.wh..wh..opq", "3:etc/new"]
        assert paths(stack, "status:unchanged etc") == ["2:etc", "3:etc"]
        assert paths(stack, "motd status:shipped layer:2") == []


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("type:setuid", ["1 su", "1 s2", "2 s3", "2 own"]),
        ("type:capability", ["1 ping", "1 ping6", "2 p3"]),
        ("type:capability,symlink", ["1 ping", "1 ping6", "1 l", "2 p3"]),
        ("p* type:capability", ["1 ping", "1 ping6", "2 p3"]),
        ("p* !type:capability", ["1 plain", "2 ping", "2 plain2"]),
        ("!type:setuid type:hardlink", ["1 ping6", "1 hl", "2 p3", "2 plain2"]),
        ("type:file,setuid", ["1 su", "1 s2", "1 ping", "1 plain", "2 ping", "2 s3", "2 own"]),
        ("mode:4711", ["1 su", "1 s2", "2 s3"]),
        ("uid:7", ["1 ping", "1 ping6", "2 p3"]),
        ("size>0 type:setuid", ["1 su"]),
        ("status:replaced type:capability", ["1 ping"]),
        ("mode:777", []),
    ],
)
def test_a_hard_link_has_what_its_file_has(tmp_path: Path, typed: str, names: list[str]) -> None:
    """Seen with buildah 1.28.2, which gives the mode of ``own`` to the file, and umoci 0.4.7, which does not."""
    lower = [
        file("su", "x", 0o4711),
        hard_link("s2", "su"),
        Entry(b"ping", b"x", 0o755, uid=7, xattrs=capability(13)),
        hard_link("ping6", "ping"),
        file("plain", "x"),
        symlink("l", "plain"),
        hard_link("hl", "l"),
    ]
    own = Entry(b"own", kind=b"1", link=b"plain", mode=0o4750)
    upper = [hard_link("p3", "ping6"), hard_link("s3", "su"), hard_link("plain2", "plain"), own, file("ping", "new")]
    with layers(tmp_path, lower, upper) as stack:
        found = [f"{hit.layer} {hit.path.decode()}" for hit in Search(parse_query(typed), stack).run()]
        assert sorted(found) == sorted(names)


@pytest.mark.slow
def test_many_in_one_folder(tmp_path: Path) -> None:
    names = [f"d/{number:04}" for number in range(700)]
    with layers(tmp_path, [file(name, "x") for name in names], [file(name, "yy") for name in names[:650]]) as stack:
        assert len(found(stack, "status:replaced")) == len(found(stack, "status:modified")) == 650
        assert len(found(stack, "layer:1 -status:replaced type:file")) == 50
        assert len(found(stack, "d/06 size>1")) == 50


def test_a_layer_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    with layers(tmp_path, [file("a")], None, [file("a", "b")]) as stack:
        assert paths(stack, "a") == ["1:a", "3:a"]


def test_a_search_that_is_cancelled_gives_nothing_more(tmp_path: Path) -> None:
    with layers(tmp_path, BASE) as stack:
        assert list(Search(parse_query("bin"), stack, is_cancelled=lambda: True).run()) == []


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    with layers(tmp_path, [file(b"caf\xe9/a\nb"), file("GRÜN.txt")]) as stack:
        for typed in ("caf\udce9", r"caf /a\sb/", '"a\nb"'):
            assert [hit.path for hit in found(stack, typed)][-1:] == [b"caf\xe9/a\nb"], typed
        assert paths(stack, "grün") == paths(stack, "GRÜN") == ["1:GRÜN.txt"]
        assert paths(stack, "Grün") == []


NAMES = st.text(alphabet="abA.\n", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
TERMS = st.one_of(
    st.builds(PathTerm, st.text(alphabet="abA./", min_size=1, max_size=4)),
    st.builds(PathTerm, st.text(alphabet="abA", min_size=1, max_size=2), st.just("word"), st.booleans(), st.booleans()),
    st.builds(PathTerm, st.sampled_from(["a*", "*b", "?A?"]), st.just("glob"), st.just(True), st.booleans()),
    st.builds(PathTerm, st.sampled_from(["a/*", "**/a*", "/a/**", "*/b", "**/a/*"]), st.just("glob"), st.just(False)),
    st.builds(
        PathTerm,
        st.sampled_from(["a.b", "^/a", "b$", "/b/", "[^b]+A", "a|b/", "A*", r"\Sa", "(?!/)a", r"a\Z", "(?:ab)+"]),
        st.just("regex"),
        st.just(False),
        st.booleans(),
    ),
)


def naive(term: PathTerm, path: str) -> bool:
    """Whether a term matches a path, one by one."""
    text = path.rpartition("/")[2] if term.is_name_only else path
    if term.form == "word":
        holds = term.text in text if term.is_exact else term.text.lower() in text.lower()
    else:
        holds = term.pattern.search(text) is not None
    return holds is not term.is_negated


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=12, unique=True),
    st.lists(TERMS, min_size=1, max_size=3),
    st.integers(1, 5),
)
def test_paths_as_a_naive_search_finds_them(tree: list[tuple[str, ...]], terms: list[PathTerm], piece: int) -> None:
    directories: dict[tuple[str, ...], int] = {(): 1}
    entries: list[tuple[int, int, bytes, int | None]] = [(1, 0, b"", 1)]
    shown = [""]
    for path in tree:
        for depth in range(1, len(path)):
            if path[:depth] not in directories:
                directories[path[:depth]] = len(directories) + 1
                place = directories[path[: depth - 1]], path[depth - 1].encode(), directories[path[:depth]]
                entries.append((len(entries) + 1, *place))
                shown.append("/" + "/".join(path[:depth]))
        entries.append((len(entries) + 1, directories[path[:-1]], path[-1].encode(), None))
        shown.append("/" + "/".join(path))
    search = PathSearch(terms)
    ids = [
        number
        for start in range(0, len(entries), piece)
        for number in search.feed(unpack_names(*pack_names(entries[start : start + piece])))
    ]
    assert ids == [nth + 1 for nth, path in enumerate(shown) if nth and all(naive(term, path) for term in terms)]


@pytest.mark.slow
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(NAMES, min_size=1, max_size=3), min_size=1, max_size=8))
def test_the_index_holds_every_name(tmp_path: Path, tree: list[list[str]]) -> None:
    with index_of(write_tar([file("/".join(path)) for path in tree]), tmp_path) as index:
        search = PathSearch([PathTerm("zzz", is_negated=True)])
        ids = [number for piece in index.table.name_pieces() for number in search.feed(piece)]
        known = [entry.id for _, entry in index.walk()]
        gone = index.table.superseded_ids()
        assert sorted(number for number in set(ids) if number not in gone) == sorted(known)


# Contents.


def test_contents_in_one_pass_of_each_layer(tmp_path: Path) -> None:
    lower = [file("b", "nothing\nthe Needle\n"), file("a", b"\0\1needle"), hard_link("c", "a"), file("empty")]
    with layers(tmp_path, lower, [file("a", "needle"), file("x.md", "needle"), whiteout("b")]) as stack:
        contents = Contents(tmp_path, 3)
        hits = found(stack, "text:needle -x", contents)
        assert contents.read_files == [(1, b"b"), (1, b"a"), (2, b"a")]
        assert [(hit.layer, hit.path, hit.remark) for hit in hits] == [
            (1, b"b", "deleted by layer 2, still in the image"),
            (1, b"a", "replaced by layer 2, still in the image"),
            (2, b"a", ""),
        ]
        assert hits[0].match == TextMatch(12, 2, b"the Needle", 4, 6, False)
        assert hits[1].match == TextMatch(2, 1, b"", 2, 6, True)
        assert [hit.path for hit in found(stack, "text:Needle", Contents(tmp_path))] == [b"b"]
        assert [hit.path for hit in found(stack, "-text:needle layer:1", Contents(tmp_path))] == [b"empty"]
        assert [hit.path for hit in found(stack, "text:/^the.*le$/ text:nothing", Contents(tmp_path))] == [b"b"]


def test_what_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    class Broken(Contents):
        def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
            if entry.name == b"b":
                raise LayerError("b: the layer is damaged")
            return super().read(layer_number, entry)

    with layers(tmp_path, [file("a", "x"), file("b", "x"), file("c", "x")], [file("d", "x")]) as stack:
        search = Search(parse_query("text:x"), stack, Broken(tmp_path))
        assert [hit.path for hit in search.run()] == [b"a", b"d"]
        assert search.problems == ["b: the layer is damaged"]
        search = Search(parse_query("text:x"), stack)
        assert list(search.run()) == []
        assert len(search.problems) == 2


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["needle", "NEEDLE", "/n[e]+dle/", "grün"])
@pytest.mark.parametrize("place", [0, 262_140, 262_144, 1_048_570, 1_300_000])
def test_a_match_on_a_border_of_pieces(typed: str, place: int) -> None:
    word = {"NEEDLE": b"NEEDLE", "grün": "GRÜN".encode()}.get(typed, b"Needle")
    for fill in (b"x", b"0123456\n"):
        before = (fill * (place // len(fill) + 1))[:place]
        data = before + word + fill * 40_000
        (term,) = parse_query(f"text:{typed}").contents
        match = search_text((data[start : start + 65_536] for start in range(0, len(data), 65_536)), [term])
        assert match is not None
        assert match.offset == place
        assert match.line_number == 1 + before.count(b"\n")
        assert match.line[match.start : match.start + match.length] == word
        assert len(match.line) <= LINE_LIMIT


@given(
    st.binary(max_size=60).map(lambda data: data.replace(b"\0", b"\n")),
    st.sampled_from(["ab", "A", "a\nb", "é", "zz"]),
    st.integers(1, 7),
)
def test_contents_as_a_naive_search_finds_them(data: bytes, text: str, piece: int) -> None:
    (term,) = parse_query(f'text:"{text}"').contents
    match = search_text((data[start : start + piece] for start in range(0, len(data), piece)), [term])
    expected = re.search(re.escape(text.encode()), data, re.IGNORECASE if text.islower() else 0)
    if text.isascii():
        assert (match.offset if match else None) == (expected.start() if expected else None)


def test_a_query_finds_in_contents_what_the_viewer_finds() -> None:
    for text, data in (("\\x1b[31m", b"..\x1b[31m"), ("straße", "STRASSE straßE".encode()), ("É", "éÉ".encode())):
        (term,) = parse_query(f'text:"{text}"').contents
        match = search_text([data], [term])
        assert match is not None
        assert Needle(text).spans(data) == [(match.offset, match.offset + match.length)]


# Jumping.


def test_a_jump_by_letters(tmp_path: Path) -> None:
    lower = [file("srv/app/main.py"), file("srv/app/Makefile"), file("usr/lib/python/ma/in.so"), file("etc/gone")]
    with layers(tmp_path, lower, [whiteout("etc/gone"), file("etc/main")]) as stack:
        pool = PathPool(stack)

        def best(typed: str) -> list[str]:
            ranked = sorted(pool.candidates(typed), key=lambda path: -rank(typed, path)[0])
            return [path for path in ranked if pool.is_present(path)]

        assert best("main")[:2] == ["/etc/main", "/srv/app/main.py"]
        assert best("mkf") == ["/srv/app/Makefile"]
        assert best("srvmkf") == best("srv mkf") == ["/srv/app/Makefile"]
        assert best("app/main") == ["/srv/app/main.py"]
        assert best("gone") == best("zzz") == best("") == []
        assert "/etc/gone" in pool.candidates("gone")
        assert pool.candidates("main", lambda: True) == []


def test_scattered_letters_give_way_to_those_next_to_each_other() -> None:
    paths = ("/usr/bin/git", "/usr/share/bin/gui-tool/it", "/srv/bi/n/g/i/t")
    found = [(*rank("bin/git", path), path) for path in paths]
    assert [path for _, _, path in without_scattered(found)] == ["/usr/bin/git", "/usr/share/bin/gui-tool/it"]
    assert without_scattered(found[1:]) == found[1:]


@given(st.text(alphabet="abc/.", max_size=12), st.text(alphabet="abc/ ", max_size=5))
def test_letters_that_are_marked_were_typed(path: str, typed: str) -> None:
    _, positions = rank(typed, f"/{path}")
    letters = typed.replace(" ", "")
    is_there = re.search(".*".join(map(re.escape, letters)), f"/{path}") is not None
    assert bool(positions) is (bool(letters) and is_there)
    assert "".join(f"/{path}"[at] for at in positions) == (letters if positions else "")
    assert list(positions) == sorted(set(positions))


def test_ids_by_a_condition(tmp_path: Path) -> None:
    with index_of(write_tar([file(f"f{number}", "x" * number) for number in range(1200)]), tmp_path) as index:
        condition = parse_query("size>=600").condition
        assert isinstance(index, LayerIndex)
        every = index.table.select(condition)
        assert len(every) == 600
        assert index.table.select(condition, range(1, 1500)) == every
        assert list(index.table.select(condition, every[:3], after=every[0])) == list(every[1:3])
        assert [row.id for row in index.table.plain(every)] == list(every)


STACKS = st.lists(
    st.lists(
        st.builds(
            lambda kind, path: kind("/".join(path)),
            st.sampled_from(
                [file, directory, whiteout, opaque, lambda path: symlink(path, "c"), lambda p: file(p, "x")]
            ),
            st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=3),
        ),
        max_size=5,
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STACKS)
def test_standings_are_those_of_the_merged_trees(tmp_path: Path, entries: list[list[Entry]]) -> None:
    """One walk over all layers says what `Removals` says, and marks as the merged tree after each layer does."""
    with layers(tmp_path, *entries) as stack:
        removals = Removals(stack)
        for layer in stack.layers:
            assert layer is not None
            with stack.settled():
                table = layer.placed.table
            rows = [row for row in table.plain(range(1, 100)) if row.parent]
            rows.sort(key=lambda row: (row.parent, row.id))
            visible = [row for row in rows if row.id not in table.superseded_ids()]
            for of_all in (False, True):
                statuses = EntryStatuses(stack).of(layer.number, visible, of_all=of_all)
                tree = MergedTree(stack, layer.number)
                for row in visible:
                    found = statuses[row.id]
                    folder = layer.path_of(row.parent)
                    # What the layer itself has something else for, and what unpacking does not make, is not told of.
                    is_there = any(row == other for other in layer.rows(folder, (row.parent,)))
                    is_made = not row.is_implied or layer.makes_directory(folder, row)
                    if row.is_whiteout or not is_there or not is_made:
                        continue
                    assert found.removal == removals.of(layer.number, row.parent, row.id)
                    merged = tree.find(join(folder, row.name))
                    if merged is not None and merged.layer == layer.number and merged.entry.id == row.id:
                        assert found.mark == merged.mark
