"""The name of an image as a user types it: ``[transport:]place[:tag][@digest]``, ``place@number``, or ``docker://name``.

The transports are named as ``skopeo`` and the other containers tools name them
(containers-transports(5)). Where a place ends and a tag begins cannot always be told
from the text alone (``./a:b`` may be a folder), so a reference gives every way to read
it, and the transport takes the first whose place exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ocitui.display import quote
from ocitui.errors import DocumentError, UsageError
from ocitui.spec.digest import Digest

TRANSPORTS = ("oci", "oci-archive", "docker-archive", "dir", "docker-daemon", "podman", "containers-storage", "docker")
"""Those that this version opens."""

FILES = frozenset({"", "oci", "oci-archive", "docker-archive", "dir"})
"""Those whose places are files or folders."""

STORAGE = "containers-storage"
"""That of podman, buildah and CRI-O: what it keeps of images on a machine."""

REGISTRY = "docker"
"""That of registries; what is typed after ``docker://`` is a name for the registry to know."""

STANDARD_INPUT = "-"
"""The place that is standard input."""

KNOWN_TRANSPORTS = frozenset(
    {
        "oci",
        "oci-archive",
        "docker-archive",
        "dir",
        "docker-daemon",
        "podman",
        "containers-storage",
        "docker",
        "ostree",
        "sif",
        "tarball",
        "atomic",
    }
)
"""Those that other tools open: enough to tell a transport from a name with a colon."""

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """One way to read what was typed."""

    text: str
    """As typed."""
    transport: str
    """Empty where none was typed: then the place is told by what it holds."""
    place: str
    tag: str = ""
    digest: Digest | None = None
    number: int | None = None
    """The index among the place's images, counted from 0 in the order they are listed (containers-transports(5))."""

    @property
    def is_file(self) -> bool:
        """True if the place is the name of a file or folder."""
        return self.transport in FILES

    @property
    def is_standard_input(self) -> bool:
        """True if the image comes through a pipe."""
        return self.is_file and self.place == STANDARD_INPUT


def readings(text: str) -> Iterator[Reference]:
    """Every way to read a reference, the longest place first.

    Raises:
        UsageError: nothing was typed, the transport is one that this version does not
            open, or what follows ``@`` starts like a digest and is none.
    """
    transport, rest = _split_transport(text)
    if transport == STORAGE:
        yield _in_storage(text, rest)
        return
    if transport == REGISTRY:
        if not rest.startswith("//"):
            raise UsageError(f"{quote(text, 200)}: // is missing after docker: (docker://NAME)")
        rest = rest.removeprefix("//")
    if not rest:
        what = "the path" if transport in FILES else "the name"
        raise UsageError(f"{quote(text, 200)}: {what} of an image is missing")
    yield Reference(text, transport, rest)
    if transport not in FILES:  # what a name means is for the engine or the registry to say
        return
    place, at, suffix = rest.rpartition("@")
    digest: Digest | None = None
    if at and place and _NUMBER.fullmatch(suffix):
        whole = Reference(text, transport, place, number=int(suffix))
        yield whole
        yield from _with_tag(whole)
    if at and place:
        try:
            digest = Digest.parse(suffix)
        except DocumentError as error:
            if suffix.startswith(("sha256:", "sha512:")):
                raise UsageError(f"{quote(text, 200)}: {error}") from None
        else:
            yield Reference(text, transport, place, "", digest)
            yield from _with_tag(Reference(text, transport, place, "", digest))
    if digest is None or not digest.is_known:  # what follows "@" may be a part of a name after all
        yield from _with_tag(Reference(text, transport, rest))


def _in_storage(text: str, rest: str) -> Reference:
    """``[driver@root+runroot]name``: in brackets which storage, after them which image; both may be left out."""
    if not rest.startswith("["):
        return Reference(text, STORAGE, "", rest)
    storage, bracket, name = rest[1:].partition("]")
    if not bracket:
        raise UsageError(f"{quote(text, 200)}: the ] after the storage is missing")
    return Reference(text, STORAGE, storage, name)


def _with_tag(whole: Reference) -> Iterator[Reference]:
    end = len(whole.place)
    while (end := whole.place.rfind(":", 0, end)) > 0:
        yield replace(whole, place=whole.place[:end], tag=whole.place[end + 1 :])


def _split_transport(text: str) -> tuple[str, str]:
    transport, colon, rest = text.partition(":")
    if not colon or transport not in KNOWN_TRANSPORTS:
        return "", text
    if transport not in TRANSPORTS:
        raise UsageError(
            f"{quote(text, 200)}: ocitui does not open {transport}: "
            f"(it opens {', '.join(f'{name}:' for name in TRANSPORTS)}); "
            f"`skopeo copy {transport}:… oci:DIR` makes a layout of it"
        )
    return transport, rest
