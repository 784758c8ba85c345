"""One long command on one line, or on several as a person would write it.

Builders join the lines of a Dockerfile and keep their indentation, so a long run of
blanks tells where a line began. Where there is none, a line breaks at the operators
of the shell.
"""

import re
from collections.abc import Iterator

LINE_WIDTH = 80
"""Characters that a line may have before it is broken at its operators."""

_QUOTE = r"""'[^']*'?|"(?:[^"\\]|\\.)*"?"""
_COLLAPSE = re.compile(rf"\\.|{_QUOTE}|(\s+)|[^\\'\"\s]+", re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<plain>\\.)|(?P<quote>{_QUOTE})|(?P<blank>\s+)|(?P<operator>&&|\|\||;;|[;|()])|(?P<word>[^\\'\"\s;|&()]+|.)",
    re.DOTALL,
)
_BLANKS = re.compile(r"[ \t]{2,}")
_KEPT_WORD = re.compile(r"\s*(?:do|then)\b")
_PAIR = re.compile(r"(?<=\s)(?=[A-Za-z_][\w./-]*=)")
_HEREDOC = re.compile(r"<<-?\s*['\"]?\w")


def collapse(text: str) -> str:
    """The text on one line: runs of white space outside quotes become one blank."""
    return _COLLAPSE.sub(lambda found: " " if found[1] else found[0], text.strip())


def unfold(keyword: str, arguments: str) -> list[str]:
    """The instruction over lines: ``\\`` at their ends, the next ones indented.

    Only white space outside quotes is added or taken away. A ``RUN`` whose command has
    line breaks of its own was a here-document, and is one again.
    """
    arguments = arguments.strip(" \t") if keyword else arguments
    if "\n" in arguments.rstrip("\n"):
        return _here_document(keyword, arguments.rstrip("\n").split("\n"))
    arguments = arguments.rstrip("\n")
    prefix = f"{keyword} " if keyword and arguments else keyword
    if keyword in {"ENV", "LABEL"}:
        lines = _unfold_pairs(prefix, arguments)
    else:
        lines = list(_unfold_command(prefix, arguments, breaks=keyword in {"RUN", "HEALTHCHECK", "CMD", "ENTRYPOINT"}))
    return [f"{line.rstrip()} \\" for line in lines[:-1]] + lines[-1:]


def _here_document(keyword: str, lines: list[str]) -> list[str]:
    if keyword != "RUN" or _HEREDOC.search(lines[0]):
        return [f"{keyword} {lines[0]}".strip(), *lines[1:]]
    word = "EOF"
    while word in lines:
        word += "_"
    return [f"RUN <<{word}", *lines, word]


def _unfold_pairs(prefix: str, arguments: str) -> list[str]:
    if len(prefix) + len(arguments) <= LINE_WIDTH or "'" in arguments or '"' in arguments.replace('="', "", 1):
        pairs = [arguments]
    else:
        pairs = _PAIR.split(arguments)
    indent = " " * len(prefix)
    return [(indent if number else prefix) + pair.strip() for number, pair in enumerate(pairs)]


def _unfold_command(prefix: str, command: str, breaks: bool) -> Iterator[str]:
    """Lines without their ``\\``, first by runs of blanks, then by operators where still too long."""
    line, places, indent, depth = prefix, list[int](), 0, 0
    for found in _TOKEN.finditer(command):
        kind, token = found.lastgroup, found[0]
        if kind in {"blank", "quote"}:
            pieces = _split_blanks(token)
            for number, (blanks, piece) in enumerate(pieces):
                if number:
                    yield from _fold_long(line, indent, places)
                    places, indent = [], len(blanks.removeprefix(" ").expandtabs(4))
                    line = " " * indent
                line += piece if kind == "quote" or number == 0 else piece.lstrip()
        else:
            if kind == "operator" and token == "(":
                depth += 1
            elif kind == "operator" and token == ")":
                depth = max(0, depth - 1)
            elif kind == "operator" and depth == 0 and breaks:
                is_end = token in {";", ";;"}
                if not (is_end and _KEPT_WORD.match(command, found.end())):
                    places.append(len(line) + (len(token) if is_end else 0))
            line += token
    yield from _fold_long(line, indent, places)


def _split_blanks(token: str) -> list[tuple[str, str]]:
    """The parts between long runs of blanks, each with the run before it."""
    parts: list[tuple[str, str]] = []
    start, before = 0, ""
    for found in _BLANKS.finditer(token):
        if found[0] == "  ":  # two blanks are a slip; three, or a tab, were an indentation
            continue
        parts.append((before, token[start : found.start()]))
        start, before = found.end(), found[0]
    return [*parts, (before, token[start:])]


def _fold_long(line: str, indent: int, places: list[int]) -> Iterator[str]:
    if len(line) <= LINE_WIDTH:
        places = []
    start = 0
    for place in [*places, len(line)]:
        part = line[start:place]
        if not part.strip():
            continue
        yield part.rstrip() if start == 0 else " " * (indent + 4) + part.strip()
        start = place
