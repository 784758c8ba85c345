"""The lines that a JSON document would have if it were formatted, without building its values.

Values would cost ten times the document in memory and lose what the viewer is for:
the exact text of numbers and strings, the order of keys, and keys that occur twice.
"""

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from ocitui.errors import CancelledError, OcituiError

_BLANK = rb"[ \t\n\r]*+"
_STRING_BODY = rb'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+'
STRING = _STRING_BODY + rb'"'
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_LITERAL = rb"true|false|null|NaN|-?Infinity"  # the last two are no JSON, yet many writers make them
_EMPTY = rb"\{" + _BLANK + rb"\}|\[" + _BLANK + rb"\]"
_SCALAR = b"|".join([STRING, _LITERAL, _NUMBER, _EMPTY])
_AFTER = rb"(?:" + _BLANK + rb"([,}\]]))?"
_ELEMENT = re.compile(_BLANK + rb"()(?:((?:" + _SCALAR + rb"))" + _AFTER + rb"|([\[{]))")
_MEMBER = re.compile(
    _BLANK + rb"(" + STRING + rb")" + _BLANK + rb":" + _BLANK + rb"(?:((?:" + _SCALAR + rb"))" + _AFTER + rb"|([\[{]))"
)
_NEXT = re.compile(_BLANK + rb"([,}\]])?")
_KEY = re.compile(_BLANK + rb"(" + STRING + rb")")
_COLON = re.compile(_BLANK + rb":?")
_BLANKS = re.compile(_BLANK)
_BODY = re.compile(_STRING_BODY)

_STOP_CHECK = 4096
"""Lines between two looks at whether anyone still wants the result."""


class JsonError(OcituiError):
    """A document is no JSON; says where it breaks."""

    def __init__(self, data: bytes, offset: int, problem: str) -> None:
        begin = data.rfind(b"\n", 0, offset) + 1
        self.line = data.count(b"\n", 0, offset) + 1
        """The line where it breaks, from 1."""
        self.column = len(data[begin:offset].decode("utf-8", "replace")) + 1
        """The column where it breaks, in characters from 1."""
        self.problem = problem
        """The problem there."""
        super().__init__(f"not JSON: line {self.line}, column {self.column}: {problem}")


@dataclass(frozen=True, slots=True)
class JsonScan:
    """The formatted lines of a document, 12 bytes for each.

    A line is a scalar or an empty container, with its key; or what opens a container;
    or what closes one.
    """

    starts: "array[int]" = field(default_factory=lambda: array("I"))
    """The beginning of the line in the document, in bytes: at its key, value or closing bracket."""
    depths: "array[int]" = field(default_factory=lambda: array("I"))
    """The number of containers around it."""
    partners: "array[int]" = field(default_factory=lambda: array("I"))
    """The line that closes what this line opens, or opens what it closes; else the line itself."""


def scan_json(data: bytes, is_cancelled: Callable[[], bool] = lambda: False) -> JsonScan:
    """Find the formatted lines of a document.

    Args:
        data: the document.
        is_cancelled: asked now and then whether to give up.

    Raises:
        JsonError: it is no JSON, or not UTF-8.
        CancelledError: it was told to give up.
    """
    _check_utf8(data)
    scan = JsonScan()
    starts, depths, partners = scan.starts, scan.depths, scan.partners
    add_start, add_depth, add_partner = starts.append, depths.append, partners.append
    opened = array("I")  # the lines of the containers around here
    kinds = [_ELEMENT]  # what each of them expects, and the document
    item, depth, line = _ELEMENT, 0, 0
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while True:
        found = item.match(data, position)
        if found is None:
            raise _explain(data, position, item is _MEMBER)
        if line % _STOP_CHECK == 0 and is_cancelled():
            raise CancelledError
        key, scalar, after, bracket = found.regs[1], found.regs[2], found[3], found[4]
        add_depth(depth)
        add_partner(line)
        position = found.end()
        if bracket is not None:
            add_start(key[0] if item is _MEMBER else position - 1)
            opened.append(line)
            line += 1
            depth += 1
            item = _MEMBER if bracket == b"{" else _ELEMENT
            kinds.append(item)
            continue
        add_start(key[0] if item is _MEMBER else scalar[0])
        line += 1
        if after == b"," and depth:
            continue
        if after is not None:
            position -= 1
        while depth:  # close what ends here
            ending = _NEXT.match(data, position)
            assert ending is not None  # it matches nothing, too
            mark = ending[1]
            position = ending.end()
            if mark == b",":
                break
            opener = opened[-1]
            in_object = item is _MEMBER
            if mark != (b"}" if in_object else b"]"):
                raise JsonError(data, position - bool(mark), f"expected ',' or '{'}' if in_object else ']'}'")
            opened.pop()
            depth -= 1
            add_start(position - 1)
            add_depth(depth)
            add_partner(opener)
            partners[opener] = line
            line += 1
            kinds.pop()
            item = kinds[-1]
        if not depth:
            break
    rest = _BLANKS.match(data, position)
    if rest is not None and rest.end() != len(data):
        raise JsonError(data, rest.end(), "expected nothing after the value")
    return scan


def scan_text(data: bytes) -> JsonScan:
    """The lines of a document as they stand, for one that is no JSON."""
    scan = JsonScan()
    position = 0
    while True:
        scan.partners.append(len(scan.starts))
        scan.starts.append(position)
        scan.depths.append(0)
        position = data.find(b"\n", position) + 1
        if not position or position == len(data):
            return scan


def _check_utf8(data: bytes) -> None:
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonError(data, error.start, f"not UTF-8: byte 0x{data[error.start]:02x}") from None


def _explain(data: bytes, position: int, in_object: bool) -> JsonError:
    """Say what is wrong where no item begins."""
    at = _blanks_end(data, position)
    if in_object:
        key = _KEY.match(data, position)
        if key is None:
            return _explain_string(data, at) if data[at : at + 1] == b'"' else _expected(data, at, "a key in quotes")
        at = _blanks_end(data, key.end())
        if data[at : at + 1] != b":":
            return _expected(data, at, "':' after the key")
        at = _blanks_end(data, at + 1)
    if data[at : at + 1] == b'"':
        return _explain_string(data, at)
    return _expected(data, at, "a value")


def _expected(data: bytes, at: int, what: str) -> JsonError:
    return JsonError(data, at, f"expected {what}" + (", and it ends here" if at >= len(data) else ""))


def _explain_string(data: bytes, at: int) -> JsonError:
    body = _BODY.match(data, at)
    end = body.end() if body else at
    if end >= len(data):
        return JsonError(data, at, "a string that does not end")
    if data[end] < 0x20:
        return JsonError(data, end, f"a control character in a string: 0x{data[end]:02x}")
    return JsonError(data, end, "a backslash that escapes nothing")


def _blanks_end(data: bytes, position: int) -> int:
    blanks = _BLANKS.match(data, position)
    return blanks.end() if blanks else position
