"""A history entry as an instruction of a Dockerfile.

``created_by`` is free text (image-spec, Image Configuration: ``history``), and every
builder writes it in its own way. What is known is read back into an instruction; what
is not known stays as it is.
"""

import re
from dataclasses import dataclass, replace

from ocitui.image.history.go_values import read_quoted_list, read_rune, read_words, shorten_duration, to_json, unquote
from ocitui.image.history.unfold import collapse, unfold
from ocitui.spec.history import HistoryEntry

KEYWORDS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"}
    | {"ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
"""The instructions of a Dockerfile."""

_KEYWORD = re.compile(r"\s*([A-Z]+)(?:\s+|\Z)")
_NOP = re.compile(r".{0,2000}?(?:-\w*c|/c|-command)\b[^#]{0,500}#\(nop\)\s*", re.DOTALL | re.IGNORECASE)
_SHELL = re.compile(
    r"(?:/[\w./+-]{0,200}/)?(?:ba|da|a|z|k|mk|c|tc|fi)?sh"
    r"(?: [-+]\w+(?: (?:pipefail|errexit|nounset|xtrace))?)*? -\w*c\s+"
    r"|(?:[a-z]:[\w\\. ]{0,200}\\)?cmd(?:\.exe)? /s /c\s+"
    r"|(?:[a-z]:[\w\\. ]{0,200}\\)?(?:powershell|pwsh)(?:\.exe)?(?: -\w+(?: Bypass| RemoteSigned)?)*? -command\s+"
    r"(?:\$\w+Preference\s*=\s*'\w+';\s*)*",
    re.IGNORECASE,
)
_SHELL_ALONE = re.compile(
    r"(?:/[\w./+-]{0,200}/)?(?:ba|da|a|z|k|mk|c|tc|fi)?sh(?: [-+]\w+(?: (?:pipefail|errexit|nounset|xtrace))?)*"
    r"|(?:[a-z]:[\w\\. ]{0,200}\\)?(?:cmd(?:\.exe)?(?: /s)?(?: /c)?|(?:powershell|pwsh)(?:\.exe)?(?: -\w+)*)",
    re.IGNORECASE,
)
_BUILD_ARGS = re.compile(r"\|(\d{1,4}) ")
_BUILD_ARG_KEY = re.compile(r"(?:\A| )(?=[A-Za-z_]\w*=)")
_BUILDAH_SUFFIX = re.compile(
    r"(?:\|(?:inherit|unset|force-|rewrite-|source-date|created-)[\w-]*=[^\s|]*)+\Z", re.IGNORECASE
)
_SUFFIX_LIMIT = 400
_VALUE_LIMIT = 20_000
"""Characters within which a value that Go printed is looked for: patterns must not cost minutes."""
_CONTEXT = re.compile(r"((?:--\S+\s+)*)(file|dir|multi):([0-9a-f]{12,128})\s+in\s+(.*)\Z", re.DOTALL)
_HEALTH = re.compile(r"&\{(\[.*\])\s+((?:\"[^\"]*\"\s*)*)('.*')\}\Z", re.DOTALL)
_NAMED = re.compile(r"(?:bazel|jib|ko|apko)\b")
_OWN_COMMENT = re.compile(r"FROM |buildkit\.|\[\{")
"""Comments in which buildah, BuildKit and crane keep notes of their own: the base, the exporter, a former history."""
_ASSIGNMENT = re.compile(r"(?:\A|(?<=\s))(?=[A-Za-z_][\w./-]*=)")


LINE_LIMIT = 1 << 13
"""Characters of an instruction that are looked at to show it on one line."""

UNFOLDED_LIMIT = 1 << 17
"""Characters of an instruction that a screen unfolds over lines."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, read from a history entry. Its texts are as raw as the image's."""

    keyword: str
    """``RUN``, ``COPY``, …; empty where it cannot be told."""
    arguments: str
    """The text after the keyword in a Dockerfile, white space as in the original."""
    original: str
    """``created_by`` to the last byte."""
    build_args: tuple[str, ...] = ()
    """``NAME=value`` of each build argument that the command saw."""
    note: str = ""
    """The writer of the entry (``buildkit``, ``kaniko``, ``buildah``, …), or ``comment`` where that is all it has."""

    @property
    def text(self) -> str:
        """The instruction on one line; runs of white space outside quotes become one blank."""
        return collapse(f"{self.keyword} {self.arguments}")

    @property
    def line(self) -> str:
        """As much of `text` as a row of a screen has room for: texts of megabytes are not read whole for one row."""
        return self.cut(LINE_LIMIT).text

    @property
    def lines(self) -> list[str]:
        """The instruction over lines, broken where a person would have broken it."""
        return unfold(self.keyword, self.arguments)

    def cut(self, limit: int) -> "Instruction":
        """The same with a limited number of characters of its texts."""
        if len(self.arguments) <= limit and len(self.original) <= limit:
            return self
        return replace(self, arguments=self.arguments[:limit], original=self.original[:limit])


def read_instruction(entry: HistoryEntry) -> Instruction:
    """Read an entry back into an instruction; never raises.

    Where it is none of a Dockerfile, its comment may say more: jib, ko and containerify write their
    own name for each layer, and what is in it into the comment.
    """
    found = _read(entry)
    comment = entry.comment.strip()
    if found.keyword or not found.original.strip() or not comment or _OWN_COMMENT.match(comment):
        return found
    return replace(found, arguments=f"{found.arguments} ({comment})")


def _read(entry: HistoryEntry) -> Instruction:
    original = entry.created_by
    note = _builder_of(entry)
    if not original.strip():
        return Instruction("", entry.comment, original, note=note or ("comment" if entry.comment else ""))
    body = original.removesuffix(" # buildkit")
    if suffix := _BUILDAH_SUFFIX.search(body, max(0, len(body) - _SUFFIX_LIMIT)):
        body, note = body[: suffix.start()], note or "buildah"
    if note in {"", "buildah"} and _SHELL_ALONE.fullmatch(body.strip()):
        return Instruction("", _commit(entry, body), original, note=note)
    nop = _NOP.match(body)
    if nop is not None:
        body = body[nop.end() :]
    keyword, arguments = _split_keyword(body)
    build_args: tuple[str, ...] = ()
    if nop is None and keyword in {"", "RUN"}:
        build_args, command, had_shell = _split_run(arguments, always=note == "buildkit" or not keyword)
        if keyword or had_shell or build_args:
            return Instruction("RUN", command, original, build_args, note)
    return Instruction(keyword, _as_written(keyword, arguments), original, (), note)


def _commit(entry: HistoryEntry, body: str) -> str:
    """The instruction that a shell with nothing to do stands for.

    ``docker commit`` writes the container's command (moby, daemon/commit.go), ``podman commit`` and ``buildah commit``
    the image's ``SHELL``, whatever ran (containers/buildah, image.go), and ``FROM`` into the comment.
    """
    recorded = "no command recorded" if entry.comment.startswith("FROM ") else f"recorded command: {body.strip()}"
    return f"commit of a container ({recorded})"


def _builder_of(entry: HistoryEntry) -> str:
    author, comment, text = entry.author.lower(), entry.comment, entry.created_by
    if text.endswith("# buildkit") or comment.startswith("buildkit."):
        return "buildkit"
    if comment.startswith("FROM "):
        return "buildah"
    if comment.startswith("store paths:"):
        return "nix"
    if author in {"kaniko", "jib", "ko", "apko", "bazel"}:
        return author
    found = _NAMED.match(text)
    return found[0] if found is not None else ""


def _split_keyword(body: str) -> tuple[str, str]:
    found = _KEYWORD.match(body)
    if found is None or found[1] not in KEYWORDS:
        return "", body
    return found[1], body[found.end() :]


def _split_run(text: str, always: bool) -> tuple[tuple[str, ...], str, bool]:
    """Take build arguments and the shell off a command.

    Args:
        text: what follows ``RUN``, or all of the entry where nothing stands before.
        always: whether the builder put a shell before it. Where it may be that a person
            wrote it, it goes only when that leaves the command's meaning as it was.

    Returns:
        The build arguments, the command, and whether a shell stood before it.
    """
    args: tuple[str, ...] = ()
    if counted := _BUILD_ARGS.match(text):
        args, text = _split_build_args(text[counted.end() :], int(counted[1]))
        always = True
    shell = _SHELL.match(text)
    if shell is None:
        command = read_quoted_list(text)
        if command is not None and len(command) >= 3 and _SHELL.fullmatch(" ".join(command[:-1]) + " "):
            return args, command[-1], True
        return args, text, False
    rest = text[shell.end() :]
    if not always and (not text.startswith("/") or rest[:1] in {"'", '"'}):
        return args, text, False
    return args, rest, True


def _split_build_args(text: str, count: int) -> tuple[tuple[str, ...], str]:
    """Take ``count`` arguments ``NAME=value`` off, whose values may hold blanks and ``=``.

    Nothing marks their end but the shell that follows.
    """
    starts = [found.end() for found in _BUILD_ARG_KEY.finditer(text)]
    if not 0 < count <= len(starts):
        return (), text
    last = starts[count - 1]
    for shell in _SHELL.finditer(text, last):
        if text[shell.start() - 1] == " ":
            end = shell.start()
            break
    else:  # the exec form: the last value ends at its first blank
        blank = text.find(" ", last)
        end = blank + 1 if blank >= 0 else len(text)
    ends = [*starts[1:count], end]
    return tuple(text[start:stop].strip() for start, stop in zip(starts, ends, strict=False)), text[end:]


def _as_written(keyword: str, arguments: str) -> str:
    """The arguments as a person would have written them, where the builder printed a value of its own."""
    if not keyword:
        return arguments
    arguments = arguments.strip()
    match keyword:
        case "ADD" | "COPY":
            return _CONTEXT.sub(lambda found: f"{found[1]}{found[2]}:{found[3][:12]} {found[4]}", arguments)
        case "CMD" | "ENTRYPOINT" | "SHELL" | "VOLUME":
            return _list_as_written(keyword, arguments)
        case "EXPOSE":
            words = read_words(arguments)
            return arguments if words is None else " ".join(words)
        case "ENV" | "LABEL":
            return _quote_values(arguments)
        case "HEALTHCHECK":
            return _health_check_as_written(arguments)
        case _:
            return arguments


def _list_as_written(keyword: str, arguments: str) -> str:
    if arguments.startswith("&{") and arguments.endswith("}"):
        arguments = arguments[2:-1]
    items = read_quoted_list(arguments)
    if items is not None:
        return to_json(items)
    words = read_words(arguments)
    if words is None or keyword not in {"SHELL", "VOLUME"}:
        return arguments
    if keyword == "VOLUME":
        return " ".join(words)
    script = next((number for number, word in enumerate(words) if word.startswith("$")), len(words))
    return to_json([*words[:script], *([" ".join(words[script:])] if script < len(words) else [])])


def _quote_values(arguments: str) -> str:
    """Put values with blanks into quotes, which builders leave out: ``A=b c`` is ``A="b c"``."""
    if '"' in arguments or "'" in arguments or not _ASSIGNMENT.match(arguments):
        return arguments
    pairs = []
    for pair in _ASSIGNMENT.split(arguments)[1:]:
        name, _, value = pair.strip().partition("=")
        pairs.append(f'{name}="{value}"' if re.search(r"\s", value) else f"{name}={value}")
    return " ".join(pairs)


def _health_check_as_written(arguments: str) -> str:
    found = _HEALTH.match(arguments) if len(arguments) <= _VALUE_LIMIT else None
    test = read_quoted_list(found[1]) if found else None
    if found is None or not test:
        return arguments
    if test[0] == "NONE":
        return "NONE"
    times = [unquote(text) for text in re.findall(r'"([^"]*)"', found[2])]
    names = ["interval", "timeout", "start-period", "start-interval"]
    flags = [
        f"--{name}={shorten_duration(time)}" for name, time in zip(names, times, strict=False) if time not in ("0s", "")
    ]
    if retries := read_rune(found[3]):
        flags.append(f"--retries={retries}")
    command = " ".join(test[1:]) if test[0] == "CMD-SHELL" else to_json(test[1:] if test[0] == "CMD" else test)
    return " ".join([*flags, "CMD", command])
