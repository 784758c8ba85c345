"""``ocitui keys``: the settings of the screen with their defaults, as the file that may hold others."""

import json
from collections.abc import Iterator

import click

from ocitui.commands.output import terminal


@click.command()
def command() -> int:
    """Print a settings file with all keys, to change them.

    It has the keys of every page by the names of what they do, and the rest that can be
    set; all as by default, so that only what is to be different has to be kept. Its first
    line says where it goes.
    """
    for line in _lines():
        terminal.write_line(line)
    return 0


def _lines() -> Iterator[str]:
    from ocitui.commands.opened.fetch_limit import ALL, KEY
    from ocitui.config_folder import settings_path
    from ocitui.display import format_size, printable
    from ocitui.tui.files.columns import CHOOSABLE
    from ocitui.tui.files.source import ORDERS
    from ocitui.tui.key_names import key_in_settings, keys_by_page
    from ocitui.tui.settings import DEFAULTS
    from ocitui.tui.settings_file import MARKS
    from ocitui.tui.terminal.themes import OFFERED

    files = DEFAULTS.files
    yield f"# Settings of ocitui's screen: {printable(str(settings_path()))}"
    yield "# Everything here is as by default. Keep only what you change."
    yield ""
    yield "# The theme to start with; without it, the one that was chosen last. One of:"
    yield from (f"#   {', '.join(OFFERED[at : at + 6])}" for at in range(0, len(OFFERED), 6))
    yield '# theme = "ocitui-dark"'
    yield ""
    yield "# Exact sizes and times."
    yield f"exact = {_toml(DEFAULTS.exact)}"
    yield ""
    yield f'# What is fetched from a registry without asking: a size, or "{ALL}".'
    yield f"{KEY} = {_toml(format_size(int(DEFAULTS.fetch_without_asking)))}"
    yield ""
    yield "[files]"
    yield f"# What the merged tree shows at first, and what the changes of a layer are: {', '.join(MARKS)}."
    yield f"merged = {_toml([word for word, mark in MARKS.items() if mark in files.merged])}"
    yield f"changes = {_toml([word for word, mark in MARKS.items() if mark in files.changes])}"
    yield f"# The order: {', '.join(ORDERS)}; reverse is the largest or the latest first."
    yield f"sort = {_toml(files.order)}"
    yield f"reverse = {_toml(files.reverse)}"
    yield "# The columns beside the name, as far as there is room for them."
    yield f"columns = {_toml(list(CHOOSABLE))}"
    yield ""
    yield "[keys]"
    yield "# A key is the character that it types, or a name: escape, enter, space, f5, ctrl+o."
    for title, keys in keys_by_page().items():
        yield ""
        yield f"# {title}"
        for key in keys:
            stated = f"{key.name} = {_toml([key_in_settings(each) for each in key.keys])}"
            yield f"{stated:<46}  # {key.description}" if key.description else stated


def _toml(value: object) -> str:
    """A text, a truth value, or a list of texts, in which TOML and JSON are alike."""
    return json.dumps(value, ensure_ascii=False)
