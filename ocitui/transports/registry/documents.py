"""Manifests, indexes and configs: asked for by tag or digest, checked, and kept.

Implements distribution-spec, Pulling manifests.
"""

from dataclasses import dataclass

from ocitui.display import quote
from ocitui.errors import DocumentError
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object
from ocitui.spec.media_type import (
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_LIST,
    OCI_ARTIFACT_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    DocumentKind,
    kind_of,
    kind_of_object,
)
from ocitui.transports.registry.client import MISSING, Client
from ocitui.transports.registry.errors import MissingError, WrongAnswerError
from ocitui.transports.registry.http.answer import Answer
from ocitui.transports.registry.kept import Kept
from ocitui.transports.registry.name import DEFAULT_TAG, ImageName
from ocitui.transports.transport import CONFIG_LIMIT, MANIFEST_LIMIT

ACCEPTED = (OCI_INDEX, OCI_MANIFEST, DOCKER_MANIFEST_LIST, DOCKER_MANIFEST, OCI_ARTIFACT_MANIFEST)
"""The media types that are asked for: a registry that is not asked for one may say that there is nothing."""

_KINDS = frozenset({DocumentKind.INDEX, DocumentKind.MANIFEST})
_HEADERS = {"Accept": ", ".join(ACCEPTED)}
_UNSAID = frozenset({"", "application/json", "application/octet-stream", "text/plain"})
"""Media types by which a server says nothing of a document."""


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """A manifest or an index as a registry has it."""

    digest: Digest
    media_type: str
    raw: bytes


class Documents:
    """The documents of one repository."""

    def __init__(self, client: Client, kept: Kept) -> None:
        self._client = client
        self._kept = kept
        self._place = client.endpoint.place

    def resolve(self, name: ImageName) -> StoredManifest:
        """Return what a name means now.

        A tag that meant a document that is kept is asked about without its contents, which
        registries count; any other is asked for at once.

        Raises:
            MissingError: there is no such image.
            RegistryError: the registry does not answer, or not with an image.
        """
        if name.digest is not None:
            what = f"{self._place}@{name.digest}"
            kept = self._kept.find(name.digest)
            head = self._head(name.wanted, what) if kept is not None else None
            if kept is not None and head is not None:
                return _checked(name.digest, head.media_type, kept, what)
            return self._get(name.wanted, what, name.digest)
        tag = name.tag or DEFAULT_TAG
        what = f"{self._place}:{tag}"
        meant = self._kept.meaning(what)
        if meant is not None and self._kept.find(meant) is not None:
            head = self._head(tag, what)
            digest = _digest_said(head) if head is not None else None
            if head is not None and digest is not None:
                return self._by_digest(digest, head.media_type, what)
        try:
            found = self._get(tag, what)
        except MissingError as error:
            raise MissingError(f"{error}; `ocitui tags docker://{name.place}` lists its tags") from None
        self._kept.remember(what, found.digest)
        return found

    def tagged(self, tag: str) -> StoredManifest | None:
        """Return what a tag means that need not be there, as those of the Referrers Tag Schema; or `RegistryError`."""
        try:
            return self._get(tag, f"{self._place}:{tag}")
        except MissingError:
            return None

    def look_for(self, tag: str) -> Descriptor | None:
        """Return what a tag that need not be there points to, without fetching it; or `RegistryError`."""
        answer = self._client.ask("HEAD", f"manifests/{tag}", f"{self._place}:{tag}", _HEADERS)
        answer.close()
        if answer.status in MISSING:
            return None
        digest = _digest_said(answer) if answer.status == 200 else None
        if digest is not None and answer.length and kind_of(answer.media_type) in _KINDS:
            return Descriptor(answer.media_type, digest, answer.length, {})
        found = self.tagged(tag)  # which says why, too
        return Descriptor(found.media_type, found.digest, len(found.raw), {}) if found is not None else None

    def manifest(self, digest: Digest) -> bytes:
        """The bytes of a manifest or index that another document names, or `RegistryError`."""
        kept = self._kept.find(digest)
        return kept if kept is not None else self._get(str(digest), f"{self._place}@{digest}", digest).raw

    def config(self, digest: Digest) -> bytes:
        """The bytes of a config, or `RegistryError`. They are kept if they match; others are given as they are."""
        raw = self._kept.find(digest)
        if raw is None:
            what = f"{self._place}: config {digest}"
            _, raw = self._client.fetch(f"blobs/{digest}", what, CONFIG_LIMIT)
            self._kept.keep(digest, raw)
        return raw

    def _by_digest(self, digest: Digest, media_type: str, what: str) -> StoredManifest:
        raw = self._kept.find(digest)
        if raw is not None:
            return _checked(digest, media_type, raw, what)
        try:
            found = self._get(str(digest), what, digest)
        except MissingError:
            raise MissingError(f"{what}: it was moved or deleted while it was read; try again") from None
        self._kept.remember(what, digest)
        return found

    def _head(self, reference: str, what: str) -> Answer | None:
        """Ask about a manifest; None where the registry says no: why, it says when it is asked for the whole."""
        answer = self._client.ask("HEAD", f"manifests/{reference}", what, _HEADERS)
        answer.close()
        return answer if answer.status == 200 else None

    def _get(self, reference: str, what: str, expected: Digest | None = None) -> StoredManifest:
        answer, raw = self._client.fetch(f"manifests/{reference}", what, MANIFEST_LIMIT, _HEADERS)
        said, media_type = _digest_said(answer), answer.media_type
        if kind_of(media_type) in {DocumentKind.OTHER, DocumentKind.LAYER} and media_type not in _UNSAID:
            raise _wrong_type(media_type, what)
        digest = expected or said or Digest.of(raw)
        for claimed in (digest, said):
            if claimed is not None and claimed.is_known and not claimed.matches(raw):
                other = Digest.of(raw, claimed.algorithm)
                raise WrongAnswerError(f"{what}: expected digest {claimed}, found {other}")
        found = _checked(digest, media_type, raw, what)
        self._kept.keep(digest, raw)
        return found


def _digest_said(answer: Answer) -> Digest | None:
    """The digest that a registry says a manifest has; None where it says none that can be checked."""
    try:
        digest = Digest.parse(answer.headers.get("Docker-Content-Digest", ""))
    except DocumentError:
        return None
    return digest if digest.is_known else None


def _checked(digest: Digest, said: str, raw: bytes, what: str) -> StoredManifest:
    """A document, if it is a manifest or an index, and no other than the server says (CVE-2021-41190)."""
    try:
        document = load_object(raw, what)
    except DocumentError as error:
        raise WrongAnswerError(str(error)) from None
    inner = document.get("mediaType")
    own = inner if isinstance(inner, str) else ""
    kind = kind_of_object(document)
    if kind_of(said) in _KINDS and kind is not DocumentKind.OTHER and kind_of(said) is not kind:
        raise WrongAnswerError(f"{what}: expected {quote(said)}, found what is {kind.value}")
    media_type = next((each for each in (said, own) if kind_of(each) in _KINDS), "")
    if not media_type:
        if kind not in _KINDS:
            raise _wrong_type(own or said, what)
        media_type = OCI_INDEX if kind is DocumentKind.INDEX else OCI_MANIFEST
    return StoredManifest(digest, media_type, raw)


def _wrong_type(media_type: str, what: str) -> WrongAnswerError:
    named = quote(media_type, 120) if media_type else "something else"
    return WrongAnswerError(f"{what}: expected an image manifest or index, found {named}")
