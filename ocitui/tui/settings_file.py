"""The user's settings of the screen: the file ``settings.toml`` in the folder for the user's configuration. ::

    theme = "ocitui-light"
    exact = true
    fetch_without_asking = "2 GB"       # from a registry; "all" for whatever it is

    [files]
    merged = ["added", "modified"]      # shown in the merged tree at first
    sort = "size"
    columns = ["size", "layer"]

    [keys]
    find = ["f", "F3"]                  # see `ocitui.tui.key_names`

`ocitui keys` prints the whole of it with the defaults. What the program notes by itself, such as
the theme that was chosen last, is in the state folder: this file is the user's own, and never written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ocitui.commands.opened.fetch_limit import KEY, parse_fetch_limit
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.gate.toml_table import Table, check_keys, check_known, parse_toml
from ocitui.image.merged.changes import Mark
from ocitui.transports.allowance import FETCHED_UNASKED
from ocitui.tui.files.columns import CHOOSABLE
from ocitui.tui.files.merged_source import CHANGED, PRESENT
from ocitui.tui.files.source import ORDERS, Order
from ocitui.tui.settings import FileSettings, Settings
from ocitui.tui.terminal.themes import OFFERED
from ocitui.user_file import read_user_text

MARKS = {mark.name.lower(): mark for mark in Mark}
"""The four kinds of entries that the merged tree shows or hides, by the words for them in settings."""


def read_settings(path: Path) -> Settings:
    """Read the file.

    Raises:
        UsageError: it cannot be read, or something in it is unknown, of the wrong type, or in conflict.
    """
    name = printable(str(path))
    if path.exists() and not path.is_file():  # a pipe would hold the program
        raise UsageError(f"{name}: not a file")
    return parse_settings(read_user_text(path), name)


def parse_settings(text: str, name: str) -> Settings:
    """The same of a text; ``name`` is that of the file, for messages."""
    table = Table(parse_toml(text, name), name, ": ")
    check_keys(table.values, {"theme", "exact", KEY, "files", "keys"}, name)
    return Settings(
        _one_of(table, "theme", OFFERED) if "theme" in table.values else "",
        table.flag("exact") if "exact" in table.values else False,
        parse_fetch_limit(table.values[KEY], table.place(KEY)) if KEY in table.values else FETCHED_UNASKED,
        _files(Table(table.values.get("files", {}), f"{name}: files")),
        _keys(Table(table.values.get("keys", {}), f"{name}: keys")),
    )


def _files(table: Table) -> FileSettings:
    check_keys(table.values, {"merged", "changes", "sort", "reverse", "columns"}, table.what)
    order: Order = "name"
    if "sort" in table.values:
        order = next(each for each in ORDERS if each == _one_of(table, "sort", ORDERS))
    return FileSettings(
        _marks(table, "merged", PRESENT),
        _marks(table, "changes", CHANGED),
        order,
        table.flag("reverse") if "reverse" in table.values else order != "name",
        frozenset(_some_of(table, "columns", CHOOSABLE)),
    )


def _keys(table: Table) -> dict[str, list[str]]:
    keys = {
        name: [value] if isinstance(value, str) and value else table.texts(name, "key")
        for name, value in table.values.items()
    }
    if not keys:
        return {}
    from ocitui.tui.key_names import checked_keys  # which loads all pages

    return checked_keys(keys, table.what)


def _marks(table: Table, key: str, default: frozenset[Mark]) -> frozenset[Mark]:
    found = frozenset(MARKS[word] for word in _some_of(table, key, MARKS)) if key in table.values else default
    if not found:
        raise UsageError(f"{table.place(key)}: needs at least one of {', '.join(MARKS)}")
    return found


def _one_of(table: Table, key: str, known: Sequence[str]) -> str:
    found = table.text(key)
    check_known(found, known, table.place(key))
    return found


def _some_of(table: Table, key: str, known: "Sequence[str] | Mapping[str, object]") -> list[str]:
    if key not in table.values:
        return list(known)
    found = [] if table.values[key] == [] else table.texts(key)
    for each in found:
        check_known(each, list(known), table.place(key))
    return found
