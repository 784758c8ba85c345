"""Oddities of a layer that do no harm to whoever lists it: the notes of a scan, by their words.

A note is kept in the index as the sentence that it is; here stands how those begin.
"""

from enum import StrEnum


class LayerWarning(StrEnum):
    """The part of a note that is always the same."""

    CLIMBS = "names climb out of the root with .. and are shown inside it"
    ABSOLUTE = "names are absolute, and taken from the root"
    ROOT_ENTRY = "entries that name the root itself and are no directory are left out"
    AUFS = "entries are AUFS metadata, which unpacking leaves out"
    BELOW_LINK = "entries below symbolic links of the same layer are listed where the links lead"
    WHITEOUT_FOLDER = "folders in the paths of entries have names like whiteouts, and are folders"
    EMPTY_WHITEOUT = "whiteouts hide nothing that can be"
    UNKNOWN_TYPE = "entries of an unknown type are listed, not interpreted"
    REFUSED_TYPE = "entries of a type that every unpacker refuses are listed, not interpreted"
    TOO_LONG = "names over 255 bytes, or paths and targets of links over 4,095, are more than Linux takes"
    SPARSE_COUNT = "sparse files have another number of runs than their headers say, or those say none"
    SPARSE_REST = "sparse files hold data that none of their runs refers to"
    PADDED = "extended headers are padded with zeros, which Go's archive/tar refuses"
    BAD_DEVICE = "device numbers cannot be read"
    OWNER_RANGE = "owners are over 32 bits or negative, and Linux takes their lower 32 bits"
    TIME_RANGE = "times before 1677 or after 2262 are shown as the nearest of these; unpackers store other times"
    BAD_FIELD = "field cannot be read and counts as 0"
    GLOBAL_HEADER = "a global extended header is not applied by any unpacker, and umoci refuses the layer for it"
    EMPTY = "the layer is empty"
    ONE_ZERO_BLOCK = "the archive ends with one block of zeros instead of two"
    NO_END = "the archive has no end marker (two blocks of zeros)"
    AFTER_ARCHIVE = "bytes other than zero follow the archive"
    ZEROS_AFTER_GZIP = "zeros follow the gzip stream"
    BYTES_AFTER_GZIP = "bytes that are no gzip follow the gzip stream"
    BYTES_AFTER_ZSTD = "bytes that are no zstd follow the zstd stream"
    LOST_NAME = "names in the table of contents have lost bytes that are no UTF-8"
    ONE_NAME = "entries whose names have lost bytes have one name in the table of contents, and the last is shown"
    TABLE_DIFFERS = "the table of contents and the layer differ"
    SPLIT_DIFFERS = "the tar-split and the layer differ"
    TABLE_UNUSABLE = "the table of contents cannot be compared with the layer"
    UNKNOWN_DIGEST = "the digest cannot be checked"

    @classmethod
    def of(cls, note: str) -> "LayerWarning | None":
        """Return the warning that a note gives, if any. An example from the image may follow a colon."""
        kind = note.partition(": ")[0]
        return next((warning for warning in cls if warning.value in kind), None)
