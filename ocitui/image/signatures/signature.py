"""One signature, as it says itself: by whom, of what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ocitui.display import printable
from ocitui.image.attestations.find import digests_meant
from ocitui.image.attestations.statement import Statement
from ocitui.image.node import Node
from ocitui.image.signatures.certificate import Certificate
from ocitui.spec import clause
from ocitui.spec.clause import Clause
from ocitui.spec.digest import Digest
from ocitui.spec.fields import EMPTY

_LAST = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The subject of a signature, as it says itself."""

    digests: tuple[str, ...]
    """``sha256:…``, as it stands; a statement may have several."""
    reference: str = ""
    """The name that the image had when it was signed; of simple signing only."""
    kind: str = ""
    """The type that the payload says it is of."""
    others: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """The annotations that the signer added."""
    statement: Statement | None = None
    """The statement that is signed, where it is one."""
    size: int | None = None
    """Bytes of what is signed; of notation only."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of a transparency log."""

    index: int | None
    integrated: datetime | None
    log_id: str
    """In hexadecimal."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes and the signature of them."""

    message: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an image. Nothing in it is checked."""

    form: str
    """``cosign``, ``Sigstore bundle v0.3``, ``notation (JWS)``, ``OpenPGP``."""
    title: str
    """Its name in messages: ``blob sha256:…``, ``signature-1``."""
    about: Node
    """The image or index that it stands under."""
    node: Node | None = None
    """The blob that it is in; None for a file beside the image."""
    claim: Claim | None = None
    """None where that cannot be read."""
    key: str = ""
    """The name of the key, where no certificate does: a hint, an identifier; may be empty."""
    certificates: tuple[Certificate, ...] = ()
    """That of the signer, and then those that lead to a root."""
    algorithm: str = ""
    made: datetime | None = None
    """The time it was made, as the signer says."""
    expires: datetime | None = None
    log: tuple[LogEntry, ...] = ()
    timestamps: int = 0
    """Countersignatures of timestamp authorities (RFC 3161)."""
    tool: str = ""
    """The program that made it, as it says."""
    needs: tuple[str, ...] = ()
    """Attributes that who checks it must understand, and ocitui does not; of notation and OpenPGP only."""
    signed: tuple[Signed, ...] = field(default=(), repr=False)
    annotations: Mapping[str, str] = field(default_factory=lambda: EMPTY, repr=False)
    """The proof of a keyless signature in annotations beside it, by their last words; of cosign only."""
    raw: bytes = field(default=b"", repr=False)
    """The document that it is in, as stored."""
    problems: tuple[str, ...] = ()

    @property
    def is_about_this(self) -> bool | None:
        """True if what is signed is what it stands under; of a statement, or part of that. None where it is unknown."""
        if self.claim is None:
            return None
        if self.claim.statement is not None:
            meant = digests_meant(self.about)
            return any(subject.is_one_of(meant) for subject in self.claim.statement.subjects)
        return str(self.subject) in self.claim.digests

    @property
    def subject(self) -> Digest | None:
        """The digest of what it stands under, which may be the document that everything begins with."""
        return self.about.digest or (Digest.of(self.about.raw) if self.about.raw is not None else None)

    @property
    def mismatch(self) -> str:
        """The difference between what is signed and what it stands under; empty where there is none."""
        if self.is_about_this is not False or self.claim is None:
            return ""
        said = self.claim.digests
        more = f" and {len(said) - 1:,} more" if len(said) > 1 else ""
        found = f"{printable(said[0][:200])}{more}" if said else "nothing with a digest"
        return f"expected a signature of {self.subject}, found one of {found}"

    @property
    def clause(self) -> Clause:
        """The specification of its payload."""
        if self.form.startswith("notation"):
            return clause.NOTATION
        return clause.SIMPLE_SIGNING if self.form == "OpenPGP" else clause.SIGNATURE

    @property
    def signer(self) -> str:
        """Whoever it says it is of: the identity of the certificate, else what names the key; may be empty."""
        return self.certificates[0].identity if self.certificates else self.key

    def with_problems(self, *problems: str) -> "Signature":
        """The same with more that is wrong."""
        return replace(self, problems=(*self.problems, *filter(None, problems)))


def claim_of(statement: Statement) -> Claim:
    """Return the subject of the signature of a statement."""
    digests = (f"{name}:{value}" for each in statement.subjects for name, value in each.digests.items())
    return Claim(tuple(digests), kind=statement.kind_name, statement=statement)


def claim_of_digest(digest: Digest | str, kind: str) -> Claim:
    """Return the subject of the signature of one document."""
    return Claim((str(digest),), kind=kind)


def moment_of(seconds: object) -> datetime | None:
    """A time in seconds since 1970, as a number or in decimal; None where it is none, or 0, which stands for none."""
    if isinstance(seconds, str):
        seconds = int(seconds[:20]) if seconds.isascii() and seconds.isdigit() else 0
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= _LAST:
        return None
    return datetime.fromtimestamp(seconds, UTC)
