"""Opening an image in a thread, while the screen goes on."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from textual.message_pump import MessagePump

from ocitui.display import count_noun
from ocitui.errors import CancelledError, OcituiError, defect
from ocitui.image.documents.tag_names import is_of_referrers, version_key
from ocitui.spec.reference import REGISTRY, Reference, readings
from ocitui.transports.opening import open_reference
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.patience import Watch
from ocitui.transports.transport import Transport
from ocitui.tui.terminal.threads import in_background

Opened = TypeVar("Opened")

INTERVAL = 0.1
"""Seconds between figures of how much is read."""


@dataclass(eq=False)
class _Opening:
    text: str
    told: float = 0.0
    """The moment of the last figure."""
    watch: Watch | None = None
    """Ends the asking of a registry."""


class Opener(Generic[Opened]):
    """Opens one image at a time; what comes of one that was given up is dropped.

    An image may have to be copied first, which takes minutes: out of an engine, or out of a pipe.
    """

    def __init__(
        self,
        pump: MessagePump,
        finish: Callable[[Transport, Reference], Opened],
        *,
        on_progress: Callable[[str, int, int | None], object],
        on_opened: Callable[[Opened], object],
        on_failed: Callable[[str, str], object],
        on_said: Callable[[str], object],
        on_tags: Callable[[str, list[str]], object] = lambda text, tags: None,
    ) -> None:
        """
        Args:
            pump: the screen, on whose thread the other functions are called.
            finish: called in the thread that opens, with what was opened; may raise `OcituiError`.
            on_progress: called with a place, and how many of its bytes are read, of how many if that is known.
            on_opened: called with what ``finish`` returned.
            on_failed: called with the reference and with what is wrong.
            on_said: called with the reason why a registry takes longer, safe to draw.
            on_tags: called with the reference and its tags, where one of several has to be chosen.
        """
        self._pump = pump
        self._finish = finish
        self._on_progress = on_progress
        self._on_opened = on_opened
        self._on_failed = on_failed
        self._on_said = on_said
        self._on_tags = on_tags
        self._opening: _Opening | None = None

    @property
    def is_busy(self) -> bool:
        """True if an image is being opened."""
        return self._opening is not None

    def open(self, text: str, *, lists_tags: bool = False) -> None:
        """Open an image by its reference; one that is being opened is given up.

        Args:
            text: the reference.
            lists_tags: whether a repository without a tag is asked for its tags, of which one may be chosen.
        """
        self._opening = _Opening(text)
        in_background(partial(self._open, self._opening, lists_tags))

    def give_up(self) -> str:
        """Wait no longer for the image that is being opened; return its reference, empty where there is none."""
        opening, self._opening = self._opening, None
        if opening is not None and opening.watch is not None:
            opening.watch.cancel()
        return "" if opening is None else opening.text

    def _open(self, opening: _Opening, lists_tags: bool) -> None:
        """Open an image, in its thread."""
        try:
            opening.watch = Watch(lambda text: self._tell(opening, partial(self._on_said, text)))
            tags = self._list_tags(opening, opening.watch) if lists_tags else []
            if len(tags) > 1:
                self._end(opening, partial(self._on_tags, opening.text, tags))
                return
            opening.text += f":{tags[0]}" if tags else ""
            found = open_reference(opening.text, partial(self._read, opening), watch=opening.watch)
            opened = self._finish(*found)
        except CancelledError:
            return
        except OcituiError as error:
            self._end(opening, partial(self._on_failed, opening.text, str(error)))
        except Exception as error:  # the screen stays, whatever is wrong with one image
            self._end(opening, partial(self._on_failed, opening.text, defect(error)))
        else:
            self._end(opening, partial(self._on_opened, opened))

    def _list_tags(self, opening: _Opening, watch: Watch) -> list[str]:
        """The tags of a repository that was typed without one, in the order of versions; none of anything else."""
        reference = next(readings(opening.text))
        name = ImageName.parse(reference.place) if reference.transport == REGISTRY else None
        if name is None or name.tag or name.digest is not None:
            return []
        from ocitui.transports.registry.registry import open_repository  # only where a registry is asked
        from ocitui.transports.registry.tags import list_tags

        repository = open_repository(name, watch=watch)
        found: list[str] = []
        try:
            for page in list_tags(repository.client):
                found += (tag for tag in page if not is_of_referrers(tag))
                self._tell(opening, partial(self._on_said, f"{count_noun(len(found), 'tag')} of {repository.place}"))
        except RegistryError:  # it may give an image all the same; if not, it says why
            watch.check()
            return []
        finally:
            repository.client.close()
        return sorted(found, key=version_key)

    def _read(self, opening: _Opening, place: str, done: int, total: int | None) -> None:
        """Take how much is read, in the thread that reads."""
        if opening is not self._opening:
            raise CancelledError
        if time.monotonic() >= opening.told + INTERVAL:
            opening.told = time.monotonic()
            self._tell(opening, partial(self._on_progress, place, done, total))

    def _end(self, opening: _Opening, tell: Callable[[], object]) -> None:
        def end() -> None:
            self._opening = None
            tell()

        self._tell(opening, end)

    def _tell(self, opening: _Opening, tell: Callable[[], object]) -> None:
        """Call something on the screen's thread, unless the opening is given up by then."""

        def tell_in_time() -> None:
            if opening is self._opening:
                tell()

        with suppress(RuntimeError):  # the event loop is closed: the thread lived longer than the screen
            self._pump.call_later(tell_in_time)
