"""The list that cargo-auditable writes into a program: the crates that it was built from.

It is JSON, packed by zlib, in the section ``.dep-v0``.
"""

import zlib
from dataclasses import dataclass

from ocitui.errors import DocumentError
from ocitui.spec.document import load_object

SECTION = ".dep-v0"
_UNPACKED = 8 << 20
"""Bytes that it unpacks to at most: what cargo-auditable's own reader takes."""
_CRATES = 50_000


@dataclass(frozen=True, slots=True)
class Crate:
    """One package of Rust."""

    name: str
    version: str
    source: str
    """``crates.io``, ``git``, ``local``, ``registry``."""
    kind: str
    """``runtime``, or ``build`` for one that only ran while it was built."""
    is_root: bool
    """True for the program's own."""


def read_crates(packed: bytes) -> tuple[Crate, ...]:
    """Read the crates, or raise `DocumentError`."""
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(packed, _UNPACKED + 1)
    except zlib.error as error:
        raise DocumentError(f"Rust audit data: expected zlib, found something else ({error})") from None
    if len(raw) > _UNPACKED:
        raise DocumentError(f"Rust audit data: expected at most {_UNPACKED:,} bytes, found more")
    if not unpacking.eof:
        raise DocumentError("Rust audit data: expected zlib, found an end within it")
    packages = load_object(raw, "Rust audit data").get("packages")
    if not isinstance(packages, list):
        raise DocumentError("Rust audit data: packages: expected a list, found none")
    return tuple(_crate(each) for each in packages[:_CRATES])


def _crate(value: object) -> Crate:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise DocumentError("Rust audit data: expected packages with a name, found something else")
    said = {name: text for name, text in value.items() if isinstance(text, str)}
    kind = said.get("kind", "runtime")
    return Crate(said["name"], said.get("version", ""), said.get("source", ""), kind, value.get("root") is True)
