"""The errors a user may see.

Each one is a single clear sentence: what was being read, where, and what is wrong. Of
damaged documents and layers it says what was expected and what was found. A command
prints it on standard error and ends with the error's
``exit_code``; the screen shows it beside the part that is damaged.

Names and values that come from an image go into a message through
`ocitui.display.printable`, where the message is made.
"""

BLOB_MISSING = "blob missing"
"""The words for a missing blob that a descriptor names."""


class OcituiError(Exception):
    """The family of every error that ocitui raises on purpose."""

    exit_code = 2
    """The exit code of a command that ends with it: 1 is "no", 2 is "could not do it"."""


class UsageError(OcituiError):
    """The user's input cannot be understood: an unknown transport, a bad reference."""


class DocumentError(OcituiError):
    """A document (index, manifest, config, ``oci-layout``) is not what the specification asks for."""


class DocumentUnreadableError(DocumentError):
    """A document is here, and this machine does not give its bytes: permission, I/O."""


class BlobError(OcituiError):
    """A blob cannot be read: missing, unreadable, of the wrong size, or with the wrong digest."""


class BlobUnreadableError(BlobError):
    """The blob is here, and this machine does not give its bytes: permission, I/O."""


class BlobMissingError(BlobError):
    """The blob that a descriptor names is missing."""


class LayerError(OcituiError):
    """A layer blob cannot be read as a layer: unknown media type, encrypted, or not a tar at all."""


class EncryptedLayerError(LayerError):
    """A layer blob is encrypted, which this program does not undo."""


class CancelledError(OcituiError):
    """Nobody waits for the result any more: a scan, a search or a comparison was told to end early."""


def defect(error: Exception) -> str:
    """Return the message for an error that nobody expected."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"this is a defect of ocitui ({what[:300]}); OCITUI_DEBUG=1 shows where"


class NotFoundError(OcituiError):
    """The requested thing is not in the image; the answer is "no"."""

    exit_code = 1
