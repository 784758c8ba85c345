"""The bytes that the screen fetches from a registry, and may fetch before somebody was asked."""

from ocitui.transports.allowance import Allowance, TooMuchError
from ocitui.transports.transport import Speaks, Transport


class Fetching:
    """Counts what is fetched: whole layers, and contents of files after that. For several threads."""

    def __init__(self, allowance: Allowance) -> None:
        """
        Args:
            allowance: the bytes that may be fetched unasked.
        """
        self.allowance = allowance
        allowance.on_much = self._refuse
        self.remedy = ""
        """The end of the message where contents would be more than that: it names the key that allows them."""

    def watch(self, transport: Transport) -> None:
        """Count what a place fetches, if it is one that does."""
        if isinstance(transport, Speaks):
            transport.count(self.allowance.count, self.allowance.expect)

    def allow_more(self) -> bool:
        """Fetch as much as is asked for from now on, where something was refused; whether it was."""
        was_refused, self.allowance.is_refused = self.allowance.is_refused, False
        if was_refused:
            self.allowance.give_all()
        return was_refused

    def _refuse(self, much: str) -> None:
        self.allowance.is_refused = True
        raise TooMuchError(f"{much}{self.remedy}")
