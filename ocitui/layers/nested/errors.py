"""The errors of archives in layers."""

from ocitui.errors import OcituiError


class ArchiveError(OcituiError):
    """An archive in a layer cannot be read: damaged, encrypted, or over a limit."""


class NoArchiveError(ArchiveError):
    """A file is no archive of a kind that is known."""
