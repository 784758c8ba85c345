"""The documents of a registry that are about an image: signatures, attestations, SBOMs.

Implements distribution-spec, Listing Referrers and Referrers Tag Schema.
"""

from collections.abc import Iterator

from ocitui.errors import DocumentError
from ocitui.spec.cosign import TAG_SUFFIXES
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.media_type import OCI_INDEX
from ocitui.transports.registry.errors import LedAwayError, MissingError, WrongAnswerError
from ocitui.transports.registry.paging import pages
from ocitui.transports.registry.repository import Repository

REFERRERS_LIMIT = 100_000

_UNKNOWN = frozenset({400, 404, 405, 406, 501})
"""The statuses by which registries answer an unknown question: 404 by the specification, and others in truth."""


def list_referrers(repository: Repository, subject: Digest) -> tuple[Descriptor, ...]:
    """The descriptors of what is about a manifest or index; each of them once.

    Where a registry does not know the question, there may be a tag that lists them; one that leads to another host
    does not answer it either (as ghcr.io, to a page for browsers), which is noted.

    Raises:
        RegistryError: the registry does not answer, or not with a list.
    """
    what = f"{repository.place}: referrers of {subject}"
    found: list[Descriptor] = []
    try:
        for _, raw in pages(repository.client, f"referrers/{subject}", what, {"Accept": OCI_INDEX}, _UNKNOWN):
            found += _read(raw, what)
            if len(found) > REFERRERS_LIMIT:
                raise WrongAnswerError(f"{what}: expected at most {REFERRERS_LIMIT:,}, found more")
    except (MissingError, LedAwayError) as error:
        if found:  # it is a later page that is missing
            raise
        if isinstance(error, LedAwayError):
            repository.client.watch.note(f"{error}; a tag that lists them was looked for instead")
        listed = repository.documents.tagged(fallback_tag(subject))
        found = _read(listed.raw, what) if listed is not None else []
    return tuple({entry.digest: entry for entry in found if entry.digest is not None}.values())


def look_for_tagged(repository: Repository, subject: Digest) -> Iterator[tuple[str, Descriptor]]:
    """Yield the tags of signatures, attestations and SBOMs that cosign has put beside a manifest or index.

    A registry does not list them as referrers: it is asked about each tag.

    Raises:
        RegistryError: the registry does not answer.
    """
    for suffix in TAG_SUFFIXES:
        tag = f"{fallback_tag(subject)}{suffix}"
        found = repository.documents.look_for(tag)
        if found is not None:
            yield tag, found


def fallback_tag(subject: Digest) -> str:
    """The tag under which referrers are listed where a registry cannot list them itself."""
    return f"{subject.algorithm[:32]}-{subject.encoded[:64]}".replace("+", "-").replace("=", "-")


def _read(raw: bytes, what: str) -> list[Descriptor]:
    try:
        return [*Index.parse(raw, what).manifests]
    except DocumentError as error:
        raise WrongAnswerError(str(error)) from None
