"""Every kind of place that a blob can be at, told apart by a word."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from ocitui.transports.blob import Blob, BlobLocation


def to_words(blob: Blob) -> list[str]:
    """Return the words that describe a blob on the command line of a worker process."""
    return [blob.KIND, *blob.words()]


def secret_of(blob: Blob) -> str:
    """Return what a worker process is told of a blob besides, in one line on its standard input; empty for most.

    Others can read the command line of a process, and what it is told there.
    """
    if blob.KIND != "http":
        return ""
    from ocitui.transports.registry.blobs.http_blob import HttpBlob

    assert isinstance(blob, HttpBlob)
    return blob.secret


def say_of(blob: Blob, text: str) -> None:
    """Tell whoever waits for a blob what a worker process says: why reading it takes longer, or differs."""
    if blob.KIND == "http":
        from ocitui.transports.registry.blobs.http_blob import HttpBlob

        assert isinstance(blob, HttpBlob)
        blob.say(text)


def expect_of(blob: Blob, size: int) -> None:
    """Say that about so many bytes of a blob will be fetched for what follows them; may raise what forbids it."""
    if blob.KIND == "http":
        from ocitui.transports.registry.blobs.http_blob import HttpBlob

        assert isinstance(blob, HttpBlob)
        blob.expect(size)


def size_to_fetch(blob: Blob) -> int:
    """Bytes that come over a network where a blob is read to its end; none of one in a file, or of which a copy is."""
    if blob.KIND != "http":
        return 0
    from ocitui.transports.registry.blobs.http_blob import HttpBlob

    assert isinstance(blob, HttpBlob)
    return 0 if blob.is_copied else blob.size or 0


def copy_once(blobs: Sequence[Blob], until: ExitStack) -> ExitStack:
    """Copy blobs of a registry that are read whole until what is returned is closed, where there is room for all.

    Args:
        blobs: those that somebody else reads after that.
        until: removes the copies when it is closed.
    """
    copying = ExitStack()
    if not any(blob.KIND == "http" for blob in blobs):
        return copying
    from ocitui.transports.registry.blobs.http_blob import HttpBlob

    remote = [blob for blob in blobs if isinstance(blob, HttpBlob)]
    kept = remote[0].repository.kept
    if kept.has_room(sum(map(size_to_fetch, remote))):
        until.callback(kept.cache.sweep)  # of what a process left that was stopped
        for blob in remote:
            until.callback(blob.remove_copy)
            copying.enter_context(blob.copied_once())
    return copying


def from_words(words: list[str], secret: str = "", say: Callable[[str], object] | None = None) -> Blob:
    """The blob that `to_words` and `secret_of` were given.

    Args:
        words: of `to_words`.
        secret: of `secret_of`.
        say: is told why reading it takes longer, where that may be.
    """
    kind, *rest = words
    if kind == BlobLocation.KIND:
        return BlobLocation.from_words(rest)
    if kind == "split":
        from ocitui.transports.containers_storage.tar_split import TarSplitBlob  # most workers need none of it

        return TarSplitBlob.from_words(rest)
    if kind == "http":
        from ocitui.transports.registry.blobs.http_blob import HttpBlob

        return HttpBlob.from_words(rest, secret, say)
    raise ValueError(f"no kind of blob: {kind}")
