"""What may reach a terminal: text that draws what it is, and the sequences that the program itself sends."""

import re
import unicodedata

from tests.hostile.terminal.stream import shapes, tokens
from tests.hostile.terminal.terminal import Printed

OURS = {"control b'\\n'", "csi m"}
"""What a command may send beside text: ends of lines, and colours."""
STATUS = {"control b'\\r'", "csi K"}
"""The same on standard error: a line that is written over."""

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that draw nothing, or act on what is around them."""

_MARKS = re.compile("[\u0300-\u036f]{5}")


def unsafe(stream: bytes, encoding: str = "utf-8") -> set[str]:
    """Characters in the text of a stream that nobody can see; what is no text at all raises."""
    text = b"".join(token.data for token in tokens(stream) if token.kind == "text").decode(encoding)
    found = {character for character in set(text) if unicodedata.category(character) in UNSAFE}
    return found | set(_MARKS.findall(text))


def check(stream: bytes, ours: set[str] = OURS, encoding: str = "utf-8") -> None:
    """Nothing in it but our own sequences and text that draws what it is."""
    assert shapes(stream) <= ours, shapes(stream) - ours
    found = unsafe(stream, encoding)
    assert not found, found


def check_calm(printed: Printed) -> None:
    """It ended as commands end, and told of no defect."""
    assert printed.code in (0, 1, 2), printed
    for said in (b"Traceback", b"defect of ocitui"):
        assert said not in printed.both, printed.err


def check_error(printed: Printed) -> None:
    """One message on standard error, on one line."""
    check_calm(printed)
    assert printed.code, printed
    (message,) = printed.err.split(b"\r\x1b[K")[-1].splitlines()
    assert message.startswith(b"ocitui: ")
