"""Asking a server as often as is fitting: again after a broken connection, later where it says so."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ocitui import __version__
from ocitui.display import printable
from ocitui.transports.registry.errors import BrokenConnectionError
from ocitui.transports.registry.http.answer import Answer
from ocitui.transports.registry.http.connections import Connections
from ocitui.transports.registry.patience import Patience, Watch

USER_AGENT = f"ocitui/{__version__}"

_BUSY = frozenset({429, 502, 503, 504})
_TOLD = 1.0
"""Seconds of a pause from which on it is told of."""

_WARNING_LIMIT = 4096


class Calls:
    """Requests to any host, each repeated until there is an answer or patience is at its end."""

    def __init__(self, connections: Connections, patience: Patience, watch: Watch) -> None:
        self.connections = connections
        self._patience = patience
        self._watch = watch

    def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, *, what: str = "blobs"
    ) -> Answer:
        """Send a request until it is answered. One with a body is sent once.

        Args:
            method: ``GET``, ``HEAD`` or ``POST``.
            url: where to.
            headers: beside those that all have.
            body: of a form.
            what: for what another host than the registry is asked: see `ocitui.transports.transport.Speaks.asked`.

        Raises:
            RegistryError: there is no answer, or only that the server is busy.
        """
        tries, most = 1, self._patience.tries if body is None else 1
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        while True:
            try:
                response = self.connections.send(method, url, sent, body)
            except BrokenConnectionError as error:
                if tries >= most:
                    raise
                self._pause(self._pause_after(tries), str(error))
            else:
                answer = Answer(response, url, self._patience, self._watch)
                asked = "registry" if self.connections.is_home(answer.origin) else what
                self._watch.asked.setdefault(str(answer.origin), asked)
                self._note_warnings(answer)
                if answer.status not in _BUSY:
                    return answer
                wait = retry_after(answer.headers.get("Retry-After", ""))
                reason = f"{answer.origin}: {answer.reason()}"
                if tries >= most:
                    raise BrokenConnectionError(reason)
                usual = self._pause_after(tries) + self._patience.pause
                self._pause(usual if wait is None else wait, reason, is_asked=wait is not None)
            tries += 1

    def _pause_after(self, tries: int) -> float:
        """Seconds; none after the first, since a connection that was kept may have been closed meanwhile."""
        if tries == 1:
            return 0.0
        import random  # which takes longer than most requests

        return self._patience.pause * float(1 << tries - 2) * random.uniform(0.75, 1.25)

    def _pause(self, seconds: float, reason: str, *, is_asked: bool = False) -> None:
        longest = self._patience.longest_pause
        if seconds >= _TOLD:
            more = f" (it asks for {seconds:,.0f} s)" if is_asked and seconds > longest else ""
            self._watch.say(f"{reason}; waiting {min(seconds, longest):.0f} s{more}")
        self._watch.pause(min(seconds, longest))

    def _note_warnings(self, answer: Answer) -> None:
        """Pass on what a registry wants its users to know (distribution-spec, Warnings)."""
        for value in answer.header_values("Warning")[:8]:
            code, _, rest = value[:_WARNING_LIMIT].partition(" ")
            text = rest.partition(" ")[2].strip().strip('"')
            if code == "299" and text:
                self._watch.note(f"{answer.origin}: {printable(text)}")


def retry_after(text: str) -> float | None:
    """Seconds to wait: a number of them, or until a moment (RFC 9110, section 10.2.3); None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
