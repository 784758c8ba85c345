"""A signature as people read it: labelled facts, for the screen and for text alike."""

from collections.abc import Iterator
from datetime import datetime

from ocitui.display import NOT_SET, format_time, printable
from ocitui.image.documents.summary import Fact, Section, several
from ocitui.image.signatures.signature import LogEntry, Signature

NOT_CHECKED = "not checked"
"""In place of an answer that nobody gave: what follows is what the signature says of itself."""


def describe_signature(signature: Signature, most: int | None = None) -> Section:
    """Return everything there is to say of a signature under one heading.

    Args:
        signature: read or not.
        most: how many digests or annotations are said; of more it is said how many there are.
    """
    facts = [Fact("problem", text, is_problem=True) for text in signature.problems[:most]]
    if signature.mismatch:
        facts.append(Fact("problem", signature.mismatch, is_problem=True))
    facts.append(Fact("signature", NOT_CHECKED))
    facts += _signer_facts(signature)
    facts += _claim_facts(signature, most)
    facts += _time_facts(signature)
    return Section(f"signature, {printable(signature.form)}", tuple(facts))


def log_text(entry: LogEntry) -> str:
    """Return an entry of a transparency log on one line."""
    number = "an entry" if entry.index is None else f"entry {entry.index}"
    moment = f", {format_time(entry.integrated)} UTC" if entry.integrated is not None else ""
    return f"{number}{moment}"


def _signer_facts(signature: Signature) -> Iterator[Fact]:
    if not signature.certificates:
        yield Fact("key", signature.key or "not named; whoever has the public key can check it")
    for each in signature.certificates[:1]:
        yield Fact("signer", each.identity or NOT_SET)
        yield from (Fact("", name) for name in each.names[1:5])
        if (vouched := each.facts.get("issuer")) is not None:
            yield Fact("vouched by", vouched)
        yield from (Fact(name, text) for name, text in each.facts.items() if name != "issuer")
        if each.subject and each.subject != each.identity:
            yield Fact("certificate", each.subject)
        yield Fact("issued by", each.issuer or NOT_SET)
        yield Fact("valid", f"{_moment(each.not_before)} to {_moment(each.not_after)}")
    if len(signature.certificates) > 1:
        last = signature.certificates[-1]
        yield Fact("chain ends", last.subject if last.subject == last.issuer else f"{last.subject}, by {last.issuer}")
    if signature.algorithm:
        yield Fact("algorithm", signature.algorithm)


def _claim_facts(signature: Signature, most: int | None) -> Iterator[Fact]:
    claim = signature.claim
    if claim is None:
        return
    yield from several("signed", claim.digests or (NOT_SET,), most)
    if claim.kind:
        yield Fact("type", claim.kind)
    if claim.reference:
        yield Fact("name", claim.reference)
    yield from several("annotations", (f"{name}={value}" for name, value in claim.others.items()), most)


def _time_facts(signature: Signature) -> Iterator[Fact]:
    if signature.made is not None:
        yield Fact("made", f"{_moment(signature.made)}, as the signer says")
    if signature.expires is not None:
        yield Fact("expires", _moment(signature.expires))
    if signature.tool:
        yield Fact("made with", signature.tool)
    for number, entry in enumerate(signature.log):
        yield Fact("" if number else "log", log_text(entry))
    if signature.timestamps:
        yield Fact("timestamps", f"{signature.timestamps:,} of RFC 3161")


def _moment(moment: datetime | None) -> str:
    return f"{format_time(moment)} UTC" if moment is not None else NOT_SET
