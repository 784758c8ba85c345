"""``fetch_without_asking`` in the user's settings: how much is fetched from registries before anybody is asked."""

import math
import os

from ocitui.config_folder import settings_path
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.transports.allowance import FETCHED_UNASKED

KEY = "fetch_without_asking"
ALL = "all"
"""The value that stands for ``--yes``."""


def read_fetch_limit() -> float:
    """The bytes that the user's settings allow, or `UsageError`. Other settings are not looked at."""
    path = settings_path()
    if not path.is_file():
        return FETCHED_UNASKED
    from ocitui.image.gate.toml_table import parse_toml
    from ocitui.user_file import read_user_text

    name = printable(os.fspath(path))
    found = parse_toml(read_user_text(path), name)
    return parse_fetch_limit(found[KEY], f"{name}: {KEY}") if KEY in found else FETCHED_UNASKED


def parse_fetch_limit(value: object, what: str) -> float:
    """A size like ``"2 GB"`` in bytes, or infinity for ``"all"``; or raise `UsageError`."""
    from ocitui.image.gate.numbers import read_bytes

    if value == ALL:
        return math.inf
    try:
        if not isinstance(value, str):
            raise UsageError("")
        return read_bytes(value)
    except UsageError:
        raise UsageError(f'{what}: must be a size like "2 GB", or "{ALL}"') from None
