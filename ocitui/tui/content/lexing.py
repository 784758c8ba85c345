"""The colours of the parts of a text. Runs in a process of its own: see `ocitui.tui.content.isolated`."""

import json
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Spans = list[tuple[str, int]]
"""The pieces of one line: a class of colour (``""`` for none) and a number of characters."""

_SHEBANG = re.compile(r"#! *(?:\S*/)?(?:env +(?:-S +)?(?:\w+=\S* +)*)?(?:\S*/)?([a-zA-Z]+)")
_INTERPRETERS = {"sh": "bash", "dash": "bash", "ash": "bash", "node": "javascript", "nodejs": "javascript"}
_ENDINGS = {".pl": "perl", ".pm": "perl", ".sql": "sql"}  # where pygments thinks of a rarer language first
_BEGINNINGS = (
    (re.compile(r"<\?xml\b"), "xml"),
    (re.compile(r"<\?php\b"), "php"),
    (re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE), "html"),
    (re.compile(r"diff --git |--- .*\n\+\+\+ "), "diff"),
    (re.compile(r"-----BEGIN "), "pem"),
    (re.compile(r"(?:\s*(?:[#;].*)?\n)*\[[\w .:/-]+\]\s*\n"), "ini"),
)
_ARMOR, _ARMORED, _PEM = "-----BEGIN ", "ASCII armored", "PEM"
"""The beginning of what is armored, and its names: for the lexer, which goes by the file's name, and for people."""
_PLAIN = frozenset({"Text only", "Text output"})
_CLASSES = (
    ("Comment", "comment"),
    ("Literal.String.Doc", "comment"),
    ("Literal.String", "string"),
    ("Literal.Date", "number"),
    ("Literal.Number", "number"),
    ("Keyword", "keyword"),
    ("Operator.Word", "keyword"),
    ("Name.Tag", "keyword"),
    ("Name.Function", "name"),
    ("Name.Class", "name"),
    ("Name.Attribute", "name"),
    ("Name.Namespace", "name"),
    ("Name.Decorator", "name"),
    ("Name.Variable", "name"),
    ("Name.Builtin", "name"),
    ("Generic.Heading", "heading"),
    ("Generic.Subheading", "heading"),
    ("Generic.Deleted", "deleted"),
    ("Generic.Inserted", "inserted"),
)


def colour_lines(name: str, text: str) -> tuple[str, list[Spans]]:
    """The language of a text and the colours of its lines; ``("", [])`` where it is in none that is known.

    Args:
        name: the file's name.
        text: all of it; lines end with a line feed, and a carriage return before one counts as no character.
    """
    text = text.replace("\r\n", "\n")
    lexer = _lexer_for(name, text)
    if lexer is None or lexer.name in _PLAIN or (lexer.name == _ARMORED and _ARMOR not in text):
        return "", []
    language = _PEM if lexer.name == _ARMORED else lexer.name
    lines: list[Spans] = [[]]
    known: dict[object, str] = {}
    position = 0
    for start, token, value in lexer.get_tokens_unprocessed(text):
        if start != position:  # a lexer that leaves something out or goes back: no colour is better than a wrong one
            return language, []
        position += len(value)
        colour = known.get(token)
        if colour is None:
            colour = known[token] = _class_of(str(token).removeprefix("Token."))
        first, *rest = value.split("\n")
        _add(lines[-1], colour, len(first))
        for piece in rest:
            lines.append([])
            _add(lines[-1], colour, len(piece))
    return language, lines


def _add(line: Spans, colour: str, length: int) -> None:
    if not length:
        return
    if line and line[-1][0] == colour:
        line[-1] = (colour, line[-1][1] + length)
    else:
        line.append((colour, length))


def _class_of(token: str) -> str:
    return next((colour for kind, colour in _CLASSES if token == kind or token.startswith(f"{kind}.")), "")


def _lexer_for(name: str, text: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
    from pygments.util import ClassNotFound

    alias = next((alias for ending, alias in _ENDINGS.items() if name.endswith(ending)), "")
    start = text[:4096]
    shebang = _SHEBANG.match(start)
    if shebang is not None:
        program = shebang[1].lower()
        alias = _INTERPRETERS.get(program, program)
    try:
        if alias:
            return get_lexer_by_name(alias)
    except ClassNotFound:
        pass
    try:
        return get_lexer_for_filename(name, start)
    except ClassNotFound:
        pass
    found = next((alias for pattern, alias in _BEGINNINGS if pattern.match(start)), None)
    try:
        return get_lexer_by_name(found) if found is not None else None
    except ClassNotFound:
        return None


def main(name: str) -> int:
    """Read text on standard input, write its colours as JSON on standard output."""
    text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    json.dump(colour_lines(name, text), sys.stdout)
    return 0
