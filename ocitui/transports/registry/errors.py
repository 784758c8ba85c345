"""Errors between here and a registry."""

import errno

from ocitui.errors import OcituiError
from ocitui.transports.blob import StoredDamageError


class RegistryError(OcituiError):
    """A registry could not be asked, or did not give what was asked for."""


class RegistryCancelledError(RegistryError):
    """Whoever waited for it does not any more."""


class BrokenConnectionError(RegistryError):
    """The connection broke, or went silent. Another try may do."""


class RefusedConnectionError(RegistryError):
    """Nothing listens there."""


class MissingError(RegistryError):
    """The registry has no such thing, or says so."""


class WrongAnswerError(RegistryError):
    """The registry answered with what it must not: another digest, other bytes, other pages."""


class LedAwayError(WrongAnswerError):
    """The registry leads to another host for what only it may answer."""


class RangesIgnoredError(RegistryError):
    """The server sends the whole blob, whatever part of it is asked for."""


class CopyError(RegistryError):
    """A copy of a blob cannot be written on this machine."""


def as_os_error(error: RegistryError) -> OSError:
    """The same as the error of a file, which is what readers of blobs expect."""
    if isinstance(error, MissingError):
        return FileNotFoundError(errno.ENOENT, str(error))
    if isinstance(error, WrongAnswerError):
        return StoredDamageError(errno.EIO, str(error))
    return OSError(errno.EIO, str(error))
