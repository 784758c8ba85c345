"""Blobs that are still what an index in the cache was made of: looked at, and read where that tells nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ocitui.layers.cache import LayerCache
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.sightings import stamp_of

if TYPE_CHECKING:
    from ocitui.layers.index.index import LayerIndex
    from ocitui.layers.summary import LayerSummary


def find_unchanged(
    request: LayerRequest, cache: LayerCache, on_bytes: Callable[[int], object], *, must_read: bool = False
) -> "LayerIndex | None":
    """Return the index of a blob that is in the cache, if the blob is still what it was made of.

    Args:
        request: the blob.
        cache: where indexes are kept.
        on_bytes: is told how many bytes were read so far, where it must be read.
        must_read: whether it is read even where its file was not written to since it was; one of a registry is not.

    Raises:
        BlobError: the blob cannot be opened or read.
    """
    if request.table is not None:  # a scan says more
        found = find_unchanged(request.of_layer, cache, on_bytes, must_read=must_read)
        if found is not None:
            return found
    found = cache.find(request.digest, request.variant)
    if found is None:
        return None
    try:
        is_seen = cache.has_seen(request.digest, request.variant, request.blob)
        is_known = is_seen and (request.blob.is_remote or not must_read)
        if fits(request, found.summary) and (is_known or _has_digest(request, cache, on_bytes)):
            return found
    except BaseException:
        found.close()
        raise
    found.close()
    return None


def find_seen(request: LayerRequest, cache: LayerCache) -> "LayerIndex | None":
    """Return the index in the cache of a blob that was seen to be what it was made of; the blob is not read."""
    if request.table is not None and (found := find_seen(request.of_layer, cache)) is not None:
        return found
    if not cache.has_seen(request.digest, request.variant, request.blob):
        return None
    found = cache.find(request.digest, request.variant)
    if found is not None and not fits(request, found.summary):
        found.close()
        return None
    return found


def fits(request: LayerRequest, summary: "LayerSummary") -> bool:
    """True if an index has what its request asks for: reading the blob again would say no more of it."""
    computed = summary.diff_id
    return request.size in (None, summary.blob_size) and (
        computed is None or computed.algorithm == request.diff_id_algorithm
    )


def _has_digest(request: LayerRequest, cache: LayerCache, on_bytes: Callable[[int], object]) -> bool:
    stamp = stamp_of(request.blob)
    if request.blob.is_named_by_diff_id:
        from ocitui.layers.scan.check import check_blob  # what unpacks is loaded where something is unpacked

        is_same = check_blob(request, lambda progress: on_bytes(progress.blob_bytes)).verified
    else:
        from ocitui.layers.scan.hasher import hash_blob

        found = hash_blob(request.blob, request.digest.algorithm, lambda position: on_bytes(position) is not False)
        is_same = found is not None and found.digest == request.digest
    if is_same:
        cache.note_seen(request.digest, request.variant, request.blob, stamp)
    return is_same
