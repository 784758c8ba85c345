"""Every kind of place that a blob can be at, told apart by a word."""

from ocitui.transports.blob import Blob, BlobLocation


def to_words(blob: Blob) -> list[str]:
    """Return the words that describe a blob on the command line of a worker process."""
    return [blob.KIND, *blob.words()]


def from_words(words: list[str]) -> Blob:
    """The blob that `to_words` was given."""
    kind, *rest = words
    if kind == BlobLocation.KIND:
        return BlobLocation.from_words(rest)
    if kind == "split":
        from ocitui.transports.containers_storage.tar_split import TarSplitBlob  # most workers need none of it

        return TarSplitBlob.from_words(rest)
    raise ValueError(f"no kind of blob: {kind}")
