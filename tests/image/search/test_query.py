"""What is typed into a search, and what it is understood as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import UsageError
from ocitui.image.search.filters import LayerFilter, Status
from ocitui.image.search.path_term import PathTerm
from ocitui.image.search.query import SYNTAX, parse_query, split_words


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("one two", [PathTerm("one"), PathTerm("two")]),
        ("  ", []),
        ("-one !two", [PathTerm("one", is_negated=True), PathTerm("two", is_negated=True)]),
        ("- !", [PathTerm("-"), PathTerm("!")]),
        ('"one two"', [PathTerm("one two")]),
        ("'one two'", [PathTerm("one two")]),
        ("don't", [PathTerm("don't")]),
        ('"not closed', [PathTerm("not closed")]),
        ('""', []),
        ("*.so", [PathTerm("*.so", "glob", is_name_only=True)]),
        ("etc/*.d", [PathTerm("etc/*.d", "glob")]),
        ('"*.so"', [PathTerm("*.so")]),
        ("/a.b/", [PathTerm("a.b", "regex")]),
        ("//", [PathTerm("//")]),
        ("/usr", [PathTerm("/usr")]),
        ("name:foo", [PathTerm("foo", is_name_only=True)]),
        ("name:/^a/", [PathTerm("^a", "regex", is_name_only=True)]),
        ('name:"a*"', [PathTerm("a*", is_name_only=True)]),
        ("libc6:amd64 Foo::Bar a=b", [PathTerm("libc6:amd64"), PathTerm("Foo::Bar"), PathTerm("a=b")]),
    ],
)
def test_words(typed: str, terms: list[PathTerm]) -> None:
    query = parse_query(typed)
    assert list(query.paths) == terms
    assert not query.filters
    assert query.is_empty is (not terms)


@pytest.mark.parametrize(
    ("typed", "sql", "values"),
    [
        ("size>10M", "size >", (10_000_000,)),
        ("size<=4k", "size <=", (4000,)),
        ("size=0", "size =", (0,)),
        ("size:1.5Gi", "size =", (1_610_612_736,)),
        ("size>=0.1KiB", "size >=", (102,)),
        ("uid:0", "uid =", (0,)),
        ("gid>=1000", "gid >=", (1000,)),
        ("owner:1:2", "gid =", (1, 2)),
        ("mode:4755", "mode & ? = ?", (0o7777, 0o4755)),
        ("mode:0644", "mode & ? = ?", (0o7777, 0o644)),
        ("mode:-4000", "mode & ? = ?", (0o4000, 0o4000)),
        ("mode:/6000", "NOT", (0o6000, 0)),
        ("mode:u+s", "mode & ? = ?", (0o4000, 0o4000)),
        ("mode:g+s,o-w", "mode & ? = ?", (0o2000, 0o2000, 0o2, 0)),
        ("mode:u=rwx", "mode & ? = ?", (0o4700, 0o700)),
        ("mode:a+x", "mode & ? = ?", (0o111, 0o111)),
        ("mode:+t", "mode & ? = ?", (0o1000, 0o1000)),
        ("type:link", "kind IN (2, 3)", ()),
        ("type:dir|file", "kind IN (1)", ()),
        ("type:setuid", "mode & ? = ?", (0o4000, 0o4000)),
        ("!type:dir", "NOT", ()),
    ],
)
def test_filters(typed: str, sql: str, values: tuple[int, ...]) -> None:
    condition = parse_query(typed).condition
    assert sql in condition.sql
    assert condition.values == values


def test_layers() -> None:
    query = parse_query("layer:2-4,7 -layer:3")
    assert [number for number in range(1, 10) if query.allows_layer(number)] == [2, 4, 7]
    assert [number for number in range(1, 6) if parse_query("layer:4-").allows_layer(number)] == [4, 5]
    assert isinstance(parse_query("layer:-2").filters[0], LayerFilter)


def test_statuses() -> None:
    (wish,) = parse_query("status:shipped").statuses
    assert wish.allows(frozenset({Status.ADDED, Status.REPLACED}))
    assert not wish.allows(frozenset({Status.ADDED}))
    (wish,) = parse_query("-status:deleted,unchanged").statuses
    assert wish.allows(frozenset({Status.ADDED}))
    assert not wish.allows(frozenset({Status.ADDED, Status.DELETED}))


def test_contents() -> None:
    one, other, last = parse_query('text:"two words" text:/a.b/ -text:"/x/"').contents
    assert (one.text, one.is_regex) == ("two words", False)
    assert (other.text, other.is_regex) == ("a.b", True)
    assert (last.text, last.is_regex, last.is_negated) == ("/x/", False, True)


@pytest.mark.parametrize(
    ("typed", "expected", "found"),
    [
        ("size>10x", "a number of bytes", "'10x'"),
        ("size>", "a number of bytes", "takes"),
        ("type:lnk", "one of file, dir", "'lnk'"),
        ("mode:9", "4755", "'9'"),
        ("mode:u+q", "4755", "'u+q'"),
        ("uid:root", "a number", "'root'"),
        ("owner:0:", "UID:GID", "'0:'"),
        ("layer:x", "numbers", "'x'"),
        ("layer:", "numbers", "takes"),
        ("status:gone", "one of added", "'gone'"),
        ("status>added", "status:VALUE", "'status>added'"),
        ("text:", "a text", "takes"),
        ("/(/", "not a valid pattern", "missing )"),
        ("text:/[/", "not a valid pattern", "unterminated"),
        ("[z-a]*", "not a valid pattern", "bad character range"),
        ("tpye:link", "did you mean type:?", "'tpye:link'"),
    ],
)
def test_what_cannot_be_understood(typed: str, expected: str, found: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_query(f"etc {typed}")
    assert expected in str(raised.value)
    assert found in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "path", "marked"),
    [
        ("pass", "/etc/PASSwd", ["PASS"]),
        ("Pass", "/etc/PASSwd", []),
        ("etc wd -pass", "/etc/passwd", ["etc", "wd"]),
        ("ab ba", "/xabax", ["aba"]),
        ("*.so", "/lib/a.so", ["a.so"]),
        ("/b+/", "/abba/b", ["bb", "b"]),
        ("name:b", "/b/b", ["b"]),
        (r"/\Sb/", "/Ab", ["Ab"]),
    ],
)
def test_what_is_marked(typed: str, path: str, marked: list[str]) -> None:
    spans = parse_query(typed).spans(path)
    assert [path[start:end] for start, end in spans] == marked


def test_a_query_says_what_it_means() -> None:
    said = parse_query("secret -old *.pem size>10M type:file status:deleted layer:2 text:key").describe()
    for words in ("path with 'secret'", "path without 'old'", "name matching '*.pem'", "more than 10,000,000 B"):
        assert words in said
    for words in ("of type file", "deleted", "in layer 2", "contents with 'key'"):
        assert words in said


def test_the_examples_are_queries() -> None:
    for example, _ in SYNTAX:
        assert not parse_query(example).is_empty


@given(st.text(max_size=30))
def test_anything_may_be_typed(text: str) -> None:
    message = ""
    try:
        query = parse_query(text)
    except UsageError as error:
        query, message = parse_query(""), str(error)
    assert message.isprintable()
    assert query.describe().isprintable()
    query.spans("/usr/lib/libc.so")


@pytest.mark.slow
@given(st.lists(st.text(alphabet="ab -!:", min_size=1).filter(lambda text: text.strip(" -!")), max_size=4))
def test_quotes_keep_words(words: list[str]) -> None:
    line = " ".join(f'"{word}"' for word in words)
    assert [word.text for word in split_words(line)] == words
