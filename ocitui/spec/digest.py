"""Content identifiers.

Implements image-spec, Content Descriptors: Digests.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Self

from ocitui.display import quote
from ocitui.errors import DocumentError
from ocitui.spec.document import type_name

_GRAMMAR = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_HEX_LENGTH = {"sha256": 64, "sha384": 96, "sha512": 128}


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """``algorithm:encoded``, checked against the grammar, so that it is safe in a path."""

    algorithm: str
    encoded: str

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read a digest, or raise `DocumentError` when the text is none.

        image-spec, Content Descriptors: Digests. The registered algorithms must have
        lower-case hexadecimal of their own length; others are held to the grammar only.
        """
        if not isinstance(text, str):
            raise DocumentError(f"expected a digest like sha256:…, found {type_name(text)}")
        if len(text) > 512 or not _GRAMMAR.fullmatch(text):
            raise DocumentError(f"expected a digest like sha256:…, found {quote(text)}")
        algorithm, _, encoded = text.partition(":")
        length = _HEX_LENGTH.get(algorithm)
        if length is not None and not re.fullmatch(f"[0-9a-f]{{{length}}}", encoded):
            expected = f"expected {length} lower-case hexadecimal digits after {algorithm}:"
            raise DocumentError(f"{expected}, found {quote(encoded, 128)}")
        return cls(algorithm, encoded)

    @classmethod
    def of(cls, data: bytes, algorithm: str = "sha256") -> Self:
        """The digest of these bytes."""
        return cls(algorithm, hashlib.new(algorithm, data).hexdigest())

    @property
    def is_known(self) -> bool:
        """True if this program can check it: sha256, sha384, sha512."""
        return self.algorithm in _HEX_LENGTH

    @property
    def short(self) -> str:
        """The first twelve characters, as people quote it."""
        return self.encoded[:12]

    def matches(self, data: bytes) -> bool:
        """True if these bytes have this digest; False for an algorithm that cannot be checked."""
        return self.is_known and hashlib.new(self.algorithm, data).hexdigest() == self.encoded

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.encoded}"
