"""The user's settings of the screen, as values: see `ocitui.tui.settings_file` for the file they are from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ocitui.image.merged.changes import Mark
from ocitui.transports.allowance import FETCHED_UNASKED
from ocitui.tui.files.columns import CHOOSABLE
from ocitui.tui.files.merged_source import CHANGED, PRESENT
from ocitui.tui.files.source import Order


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The Files pane as it is at first."""

    merged: frozenset[Mark] = PRESENT
    """The marks of what the merged tree shows."""
    changes: frozenset[Mark] = CHANGED
    """The same of what a layer changed."""
    order: Order = "name"
    reverse: bool = False
    """True for the largest, or latest, first."""
    columns: frozenset[str] = frozenset(CHOOSABLE)
    """The columns that are shown where there is room for them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set."""

    theme: str = ""
    """The theme to start with; empty for the one that was chosen last."""
    exact: bool = False
    """True if sizes and times are exact at first."""
    fetch_without_asking: float = FETCHED_UNASKED
    """Bytes that are fetched from a registry before the user is asked; `math.inf` for all there are."""
    files: FileSettings = FileSettings()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The keys of names that have others than by default, as Textual spells them."""


DEFAULTS = Settings()
"""The settings of who has set nothing."""
