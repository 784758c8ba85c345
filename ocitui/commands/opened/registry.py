"""Registries, as a command asks them: with what its options say, and not for much unasked.

The options are those of `ocitui.commands.arguments.registry_options`. They are kept with the context of the
invocation, and are for one registry: what is sent to one is not sent to another that stands on the same line.
"""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ocitui.commands.opened.fetch_limit import read_fetch_limit
from ocitui.commands.status_line import StatusLine, say_between
from ocitui.display import format_size, printable, quote
from ocitui.errors import UsageError
from ocitui.spec.reference import REGISTRY, Reference, readings
from ocitui.transports.allowance import Allowance
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.transports.registry.patience import Watch
    from ocitui.transports.registry.repository import Repository
    from ocitui.transports.registry.settings import RegistrySettings

OPTIONS = "ocitui.registry"
"""The place in a context's ``meta`` where the options of registries are kept, by their names."""

_ALLOWANCE = "allowance"
_OWN = ("yes", _ALLOWANCE)
"""Names that are kept beside the options, and say nothing of how a registry is asked."""

_LOGINS = ("creds", "registry_token")
"""Options that are for one registry alone."""


def open_place(text: str, line: StatusLine) -> tuple[Transport, Reference]:
    """Open what was typed, wherever it is.

    Args:
        text: as typed.
        line: shows how far a copy is, where one is needed.

    Raises:
        UsageError: there is nothing of that name; or options contradict each other.
        RegistryError: a registry does not give it.
    """
    if not is_remote(text):
        return open_reference(text, line.show_place)
    settings = settings_of(text)
    line.write(f"asking {printable(text.removeprefix('docker://'))}")
    return open_reference(text, line.show_place, settings, _watch())


def open_repository_of(text: str, line: StatusLine) -> "Repository":
    """Open the repository that was typed, of which nothing is asked yet.

    Raises:
        UsageError: an image of it was typed, or options contradict each other.
    """
    from ocitui.transports.registry.name import ImageName
    from ocitui.transports.registry.registry import open_repository

    settings = settings_of(text)
    name = ImageName.parse(next(readings(text)).place)
    if name.tag or name.digest is not None:
        raise UsageError(f"{quote(text, 200)}: names an image; leave out its tag or digest")
    line.write(f"asking {printable(name.host)}")
    return open_repository(name, settings, watch=_watch())


def _watch() -> "Watch":
    """Tell the user what a registry says, each thing once."""
    from ocitui.transports.registry.patience import Watch

    said: set[str] = set()

    def say(what: str) -> None:
        if what not in said:
            said.add(what)
            say_between(f"ocitui: {printable(what)}")

    watch = Watch(say)
    allowance = _allowance()
    watch.on_fetch, watch.on_expect = allowance.count, allowance.expect
    return watch


def is_remote(text: str) -> bool:
    """True if what was typed is in a registry."""
    return text.partition(":")[0] == REGISTRY


def settings_of(text: str) -> "RegistrySettings":
    """Return what the options of this command say of the registry that was typed.

    Raises:
        UsageError: they contradict each other, or a login is given for two registries.
    """
    from ocitui.transports.registry.name import ImageName
    from ocitui.transports.registry.settings import RegistrySettings

    given = dict(_options())
    host = ImageName.parse(next(readings(text)).place).host
    first = given.pop("host", host)
    for name in _OWN:
        given.pop(name, None)
    for name in _LOGINS:
        if given.get(name) and first != host:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option}: the login is for one registry, not for two: {printable(first)} and {host}")
    _options()["host"] = first
    return RegistrySettings.from_environment(**given)


def fetches_all() -> bool:
    """True if ``--yes`` was given."""
    return bool(_options().get("yes"))


@contextmanager
def asked_to_fetch(size: int) -> Iterator[None]:
    """Ask whether that many bytes may be fetched, where it is much; what is read meanwhile is what was asked about.

    Raises:
        UsageError: they may not, or there is nobody to ask.
    """
    if size:
        allowance = _allowance()
        if allowance.would_exceed(size):
            _ask(allowance, f"{format_size(size)} must be fetched from the registry")
        with allowance.agreed(size):
            yield
    else:
        yield


def would_be_much(size: int) -> bool:
    """True if somebody must be asked before that many bytes are fetched."""
    return size > 0 and _allowance().would_exceed(size)


def expect_to_fetch(size: int) -> None:
    """Ask whether about that many bytes may be fetched, where it is much; they are counted when they come.

    Raises:
        UsageError: they may not, or there is nobody to ask.
    """
    if size:
        _allowance().expect(size)


def _allowance() -> Allowance:
    """The bytes that this invocation may fetch: as many as ``--yes`` says, or the user's settings."""
    options = _options()
    if _ALLOWANCE not in options:
        allowance = options[_ALLOWANCE] = Allowance(math.inf if fetches_all() else read_fetch_limit())
        allowance.on_much = partial(_ask, allowance)
    found: Allowance = options[_ALLOWANCE]
    return found


def _ask(allowance: Allowance, much: str) -> None:
    if not _is_asking_possible():
        raise UsageError(f"{much}; --yes fetches them")
    sys.stdout.flush()
    if allowance.is_refused or not click.confirm(f"{much}. Fetch them?", err=True):
        allowance.is_refused = True
        raise UsageError("no more was fetched")
    allowance.give_all()


def _is_asking_possible() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _options() -> dict[str, Any]:
    """The options of this invocation; of none where no command runs."""
    context = click.get_current_context(silent=True)
    return context.meta.setdefault(OPTIONS, {}) if context is not None else {}
