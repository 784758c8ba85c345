"""The error of a table of contents that is of no use."""

from ocitui.errors import LayerError


class TableError(LayerError):
    """A table of contents is not what it must be; nothing of it is used. The layer itself may be read instead."""


class ElsewhereError(TableError):
    """The table of contents is no part of the layer, which says so."""
