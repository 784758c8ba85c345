"""The images that must be signed, and the findings where they are not.

A signature of an image counts, and so does one of an index that names the image by its digest. The
signature of a statement counts only where the statement is that it is a signature: who signs a scan
that found holes does not sign the image. One of OpenPGP is for an image of a name, which must be that
by which the image was opened (containers-policy.json(5), signedIdentity), where it has one.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.node import Node, NodeKind
from ocitui.image.signatures.find import signatures_of
from ocitui.image.signatures.signature import Signature
from ocitui.spec.clause import Clause
from ocitui.spec.digest import Digest
from ocitui.spec.problem import Problem, Severity
from ocitui.transports.transport import KeepsSignatures, Transport

_SIGNED = "https://sigstore.dev/cosign/sign/"


class Check(Protocol):
    """One thing that is asked of signatures."""

    name: str
    """The signer they should be of: ``the key in cosign.pub``."""
    specification: Clause
    """The specification by which such signatures are made."""

    def applies(self, signature: Signature) -> bool:
        """True for a signature that may be theirs."""

    def refusal(self, signature: Signature) -> str:
        """Say why it is not; empty where it is."""


def check_signatures(
    start: Node, transport: Transport, checks: Sequence[Check], *, is_unlisted: bool = False
) -> dict[Digest, list[Problem]]:
    """Check the signatures of an image, or of all in a place, and return the findings of each.

    Args:
        start: what is verified.
        transport: where the blobs are.
        checks: each must hold for one signature at least.
        is_unlisted: whether there may be more signatures than can be known.

    Raises:
        UsageError: there is nothing that could be signed.
    """
    planned = {id(node) for node in start.walk()}
    findings: dict[Digest, list[Problem]] = {}
    names = transport if isinstance(transport, KeepsSignatures) else None
    subjects = _subjects(start)
    if not subjects and not start.problems:
        raise UsageError(f"{start.title}: expected an image, which {checks[0].name} should have signed, found none")
    for subject in subjects:
        if subject.digest is not None:
            signatures = list(signatures_of(subject, transport))
            for check in checks:
                findings.setdefault(subject.digest, []).extend(
                    _findings(signatures, check, names, planned, is_unlisted)
                )
    return findings


def _subjects(start: Node) -> list[Node]:
    """The images and indexes that must be signed; where there is neither, the artifacts."""
    if start.is_entry:
        return [start]
    entries = [node for node in start.children if node.is_entry]
    return [node for node in entries if node.kind in {NodeKind.IMAGE, NodeKind.INDEX}] or entries


def _findings(
    signatures: Sequence[Signature],
    check: Check,
    names: KeepsSignatures | None,
    planned: Collection[int],
    is_unlisted: bool,
) -> Iterator[Problem]:
    held, failed, has_one = [], [], False
    for each in signatures:
        if not check.applies(each):
            continue
        is_planned = each.node is None or id(each.node) in planned
        if each.mismatch or (is_planned and any(_is_error(problem) for problem in each.problems)):
            has_one = True  # which is an error already, where it stands
            if each.mismatch and not is_planned:
                failed.append(Problem(f"{each.title}: {each.mismatch}", each.clause))
            continue
        refusal = each.problems[0] if each.claim is None and each.problems else check.refusal(each)
        refusal = refusal or _name_refusal(each, names)
        if refusal:
            text = refusal if refusal.startswith(each.title) else f"{each.title}: the signature {refusal}"
            failed.append(Problem(text, each.clause))
        else:
            held.append(each)
    signing = [each for each in held if _signs_the_whole(each)]
    yield from (Problem(f"{each.title}: {_held_text(each, check, names)}", each.clause, Severity.NOTE) for each in held)
    severity = Severity.NOTE if signing else Severity.ERROR
    yield from (Problem(each, each.clause, severity) for each in failed)
    if not signing and not failed and not has_one:
        only = ", found only attestations" if held else ", found none"
        unknown = Severity.UNREAD if is_unlisted else Severity.ERROR
        yield Problem(f"expected a signature by {check.name}{only}", check.specification, unknown)


def _name_refusal(signature: Signature, names: KeepsSignatures | None) -> str:
    """Say why a signature is for an image of another name; empty where it is not, or its form has no names."""
    name = _signed_name(signature)
    if names is None or name is None or names.is_own_name(name) is not False:
        return ""
    return f"names {printable(name[:300]) or 'no image'}, which is not the name that the image was opened by"


def _signed_name(signature: Signature) -> str | None:
    """The name that a signature of OpenPGP is for; others are for a digest alone, whatever name is in them."""
    return signature.claim.reference if signature.form == "OpenPGP" and signature.claim is not None else None


def _held_text(signature: Signature, check: Check, names: KeepsSignatures | None) -> str:
    kind = signature.claim.kind if signature.claim is not None else ""
    what = f"attested ({kind})" if not _signs_the_whole(signature) else "signed"
    about = "" if signature.about.kind is not NodeKind.INDEX else f", with the index {signature.subject}"
    name = _signed_name(signature)
    if name is not None and (names is None or names.is_own_name(name) is None):
        about += f", as {printable(name[:300]) or 'nothing'} (no name is known to compare that with)"
    return f"{what} by {check.name}{about}"


def _signs_the_whole(signature: Signature) -> bool:
    """True if a signature is of the image, and of no part of it, nor of something said of it."""
    claim = signature.claim
    if claim is None or str(signature.subject) not in claim.digests:
        return False
    return claim.statement is None or claim.statement.predicate_type.startswith(_SIGNED)


def _is_error(problem: str) -> bool:
    return isinstance(problem, Problem) and problem.severity is not Severity.WARNING
