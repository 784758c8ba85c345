"""The problems of a layer, and its oddities, once its bytes were read."""

from collections.abc import Iterator

from ocitui.image.image import Layer
from ocitui.layers.compression.detect import compression_of_media_type, disagreement
from ocitui.layers.summary import Damage, DamageKind, LayerSummary
from ocitui.layers.warnings import LayerWarning
from ocitui.spec import clause
from ocitui.spec.clause import Clause
from ocitui.spec.compression import Compression
from ocitui.spec.problem import Problem, Severity

_OF_CONTAINERD = frozenset({Compression.NONE, Compression.GZIP, Compression.ZSTD})
_STREAMS = {Compression.GZIP: clause.GZIP, Compression.ZSTD: clause.ZSTD}
_DAMAGES = {DamageKind.SIZE: clause.DESCRIPTOR, DamageKind.DIGEST: clause.DIGEST, DamageKind.TAR: clause.TAR}
_SEVERITIES: dict[LayerWarning | None, tuple[Clause, Severity]] = {
    # moby and containers/storage refuse such a name, or clamp it to the root where that is the root of a process.
    LayerWarning.CLIMBS: (clause.APPLYING, Severity.ERROR),
    # Followed by every unpacker.
    LayerWarning.BELOW_LINK: (clause.APPLYING, Severity.NOTE),
    LayerWarning.ABSOLUTE: (clause.APPLYING, Severity.NOTE),
    LayerWarning.ROOT_ENTRY: (clause.APPLYING, Severity.WARNING),
    LayerWarning.AUFS: (clause.WHITEOUTS, Severity.NOTE),
    # moby, containerd and umoci make the folder; no later layer can tell of it.
    LayerWarning.WHITEOUT_FOLDER: (clause.WHITEOUTS, Severity.WARNING),
    # containerd: "invalid whiteout name"; moby removes the whole folder.
    LayerWarning.EMPTY_WHITEOUT: (clause.WHITEOUTS, Severity.ERROR),
    # Both: "unhandled tar header type".
    LayerWarning.UNKNOWN_TYPE: (clause.FILE_TYPES, Severity.ERROR),
    # The same, and umoci: "unknown typeflag".
    LayerWarning.REFUSED_TYPE: (clause.FILE_TYPES, Severity.ERROR),
    LayerWarning.TOO_LONG: (clause.APPLYING, Severity.ERROR),
    # Go's archive/tar: "invalid tar header".
    LayerWarning.SPARSE_COUNT: (clause.TAR, Severity.ERROR),
    # Go's archive/tar: "sparse file contains unreferenced data".
    LayerWarning.SPARSE_REST: (clause.TAR, Severity.ERROR),
    # Both: "invalid tar header".
    LayerWarning.PADDED: (clause.TAR, Severity.ERROR),
    LayerWarning.BAD_FIELD: (clause.TAR, Severity.ERROR),
    LayerWarning.BAD_DEVICE: (clause.TAR, Severity.ERROR),
    # Who wants to own a file by it may leave it to root: with all 32 bits set nothing is changed.
    LayerWarning.OWNER_RANGE: (clause.FILE_ATTRIBUTES, Severity.WARNING),
    # umoci 0.4.7 turns over, containers/storage takes 1970.
    LayerWarning.TIME_RANGE: (clause.FILE_ATTRIBUTES, Severity.NOTE),
    LayerWarning.GLOBAL_HEADER: (clause.TAR, Severity.WARNING),
    LayerWarning.EMPTY: (clause.TAR, Severity.NOTE),
    LayerWarning.ONE_ZERO_BLOCK: (clause.TAR, Severity.NOTE),
    # As umoci leaves the layers of `umoci insert`; every reader takes it.
    LayerWarning.NO_END: (clause.TAR, Severity.NOTE),
    LayerWarning.AFTER_ARCHIVE: (clause.TAR, Severity.WARNING),
    LayerWarning.ZEROS_AFTER_GZIP: (clause.GZIP, Severity.WARNING),
    # Go's compress/gzip: "invalid header".
    LayerWarning.BYTES_AFTER_GZIP: (clause.GZIP, Severity.ERROR),
    LayerWarning.BYTES_AFTER_ZSTD: (clause.ZSTD, Severity.ERROR),
    # Of every table that is JSON; the tar has them.
    LayerWarning.LOST_NAME: (clause.LAYER, Severity.NOTE),
    # Who goes by the table makes one file of them: seen with skopeo 1.9.3 and stargz-snapshotter 0.12.0.
    LayerWarning.ONE_NAME: (clause.LAYER, Severity.WARNING),
    # podman and the stargz snapshotter go by the table, all others by the tar.
    LayerWarning.TABLE_DIFFERS: (clause.TABLE, Severity.ERROR),
    LayerWarning.SPLIT_DIFFERS: (clause.TABLE, Severity.ERROR),
    LayerWarning.TABLE_UNUSABLE: (clause.TABLE, Severity.ERROR),
    LayerWarning.UNKNOWN_DIGEST: (clause.ALGORITHMS, Severity.WARNING),
}


def layer_problems(layer: Layer, summary: LayerSummary) -> tuple[Problem, ...]:
    """Its damages, and a diff ID that is not the config's; each names the layer.

    image-spec, Image Configuration: ``rootfs.diff_ids`` are the digests of the unpacked layers.
    """
    found = [_damage_problem(layer, damage, summary.compression) for damage in summary.damages]
    expected, computed = layer.diff_id, summary.diff_id
    if expected is not None and computed is not None and expected.algorithm == computed.algorithm:
        text = f"{layer.title}: expected diff ID {expected}, found {computed}"
        found += [Problem(text, clause.DIFF_ID)] if expected != computed else []
    return tuple(found)


def layer_notes(layer: Layer, summary: LayerSummary) -> tuple[Problem, ...]:
    """Return the oddities that do no harm to a reader: of the tar, and a media type that disagrees with the bytes.

    A stricter tool may refuse it all the same: an error here where all do, a warning where some do.
    """
    return (*_other_compression(layer, summary.compression), *(_note_problem(note) for note in summary.notes))


def _other_compression(layer: Layer, compression: Compression) -> Iterator[Problem]:
    """Yield that the bytes are of another compression than the media type says, as skopeo writes a ``dir:``."""
    media_type = layer.descriptor.media_type
    if not (said := disagreement(media_type, compression)):
        return
    is_oci = media_type.startswith("application/vnd.oci.")
    # It takes a tar of OCI's plain type as it is, looks at the bytes of the others, and knows no zstd of Docker's.
    unlike = Compression.NONE if is_oci else Compression.ZSTD
    is_taken = compression in _OF_CONTAINERD and compression_of_media_type(media_type) is not unlike
    refusing = [
        *(["umoci"] if is_oci else []),
        *([] if is_taken else ["containerd"]),
    ]  # umoci knows no type of Docker's
    going = ["containers/storage", *(["containerd"] if is_taken else [])]
    refused = (
        f"{' and '.join(refusing)} {'refuses' if len(refusing) == 1 else 'refuse'} the layer, " if refusing else ""
    )
    others = f"{' and '.join(going)} {'goes' if len(going) == 1 else 'go'} by the bytes"
    yield Problem(f"{said}: {refused}{others}", clause.DESCRIPTOR, Severity.WARNING)


def _damage_problem(layer: Layer, damage: Damage, compression: Compression) -> Problem:
    broken = _STREAMS.get(compression, clause.LAYER) if damage.kind is DamageKind.STREAM else _DAMAGES[damage.kind]
    return Problem(
        f"{layer.title}: {damage}", broken, blob_offset=damage.blob_offset, unpacked_offset=damage.unpacked_offset
    )


def _note_problem(note: str) -> Problem:
    return Problem(note, *_SEVERITIES.get(LayerWarning.of(note), (clause.LAYER, Severity.NOTE)))
