"""What can be wrong with an archive in a layer."""

from ocitui.errors import OcituiError


class ArchiveError(OcituiError):
    """An archive in a layer cannot be read: damaged, encrypted, or over a limit."""


class NoArchiveError(ArchiveError):
    """A file is no archive of a kind that is known."""
