"""Servers that are busy, broken, or slow; and how long that is borne."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ocitui.spec.digest import Digest
from ocitui.transports.registry.errors import RegistryCancelledError, RegistryError
from ocitui.transports.registry.http.calls import retry_after
from ocitui.transports.registry.patience import Patience, Watch
from tests.patience import PATIENCE, wait_until
from tests.transports.registry.conftest import SHORT, Opener
from tests.transports.registry.scripted import FakeRegistry, Reply, Seen, Server, error


def busy(times: int, status: int = 429, **headers: str) -> object:
    """A server that is busy so many times."""
    left = [None] * times

    def before(seen: Seen) -> Reply | None:
        if not left:
            return None
        left.pop()
        return error(status, "TOOMANYREQUESTS", "slow down", **headers)

    return before


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int, fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    fake.before = busy(3, status)  # type: ignore[assignment]
    assert opened().digest == digest
    assert len(server.seen) == 4


def test_a_server_that_stays_busy_is_given_up(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = busy(100)  # type: ignore[assignment]
    with pytest.raises(RegistryError) as caught:
        opened()
    assert str(caught.value) == f"{server.host}: 429 TOOMANYREQUESTS slow down"
    assert len(server.seen) == 4


@pytest.mark.parametrize("status", [500, 501, 400])
def test_what_is_no_business_of_time_is_asked_once(
    status: int, fake: FakeRegistry, server: Server, opened: Opener
) -> None:
    fake.before = lambda seen: Reply(status)
    with pytest.raises(RegistryError):
        opened()
    assert len(server.seen) == 1


def test_a_long_pause_is_told_of_and_can_be_ended(fake: FakeRegistry, opened: Opener) -> None:
    fake.before = busy(100, Retry_After="3600")  # type: ignore[assignment]
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        threading.Timer(0.2, watch.cancel).start()

    watch, began = Watch(hear), time.monotonic()
    with pytest.raises(RegistryCancelledError):
        opened(watch=watch, patience=Patience())
    assert time.monotonic() - began < 40, "it did not wait for the 60 seconds"
    assert said[0] == f"{fake.server.host}: 429 TOOMANYREQUESTS slow down; waiting 60 s (it asks for 3,600 s)"


def test_a_pause_can_be_ended_and_what_comes_later_goes_on(fake: FakeRegistry, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    fake.before = busy(1, Retry_After="3600")  # type: ignore[assignment]
    watch, began = Watch(lambda text: threading.Timer(0.2, watch.interrupt).start()), time.monotonic()
    with pytest.raises(RegistryCancelledError):
        opened(watch=watch, patience=Patience())
    assert time.monotonic() - began < 40, "it did not wait for the 60 seconds"
    assert opened(watch=watch, patience=Patience()).digest == digest


def test_what_was_ended_begins_anew_once_somebody_hears_again(fake: FakeRegistry, opened: Opener) -> None:
    """As where an image is left, and gone back to."""
    raw = bytes(range(256)) * 2048
    fake.add_image(raw)
    image = opened()
    file = image.locate(Digest.of(raw)).open()
    assert file.read_at(0, 10) == raw[:10]
    image.stop()
    with pytest.raises(RegistryCancelledError):
        file.read_at(300_000, 10)
    image.hear(lambda text: None)
    assert file.read_at(300_000, 10) == raw[300_000:300_010]


def test_what_ended_by_itself_when_its_time_was_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is no longer there when it is to be closed: that is no error to tell the user."""
    untold: list[object] = []
    monkeypatch.setattr(threading, "excepthook", untold.append)
    ended = threading.Event()

    def end() -> None:
        ended.set()
        raise OSError("not connected")

    def wait() -> None:
        with Watch().ending(end, 0.01):
            assert ended.wait(PATIENCE)
            wait_until(lambda: not any(isinstance(each, threading.Timer) for each in threading.enumerate()), "it ended")

    with pytest.raises(TimeoutError):
        wait()
    assert not untold


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30),
        (" 0 ", 0),
        ("9" * 400, 999_999_999_999 and 10**9),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
    ],
)
def test_how_long_a_server_asks_to_wait(text: str, seconds: float | None) -> None:
    assert retry_after(text) == seconds


def test_until_when_a_server_asks_to_wait() -> None:
    moment = datetime.now(UTC) + timedelta(hours=9)
    assert 8.9 * 3600 <= (retry_after(format_datetime(moment, usegmt=True)) or 0) <= 9 * 3600
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 -0000") == 0


def test_a_connection_that_breaks_before_an_answer(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    cuts = iter([1, 2, 3])

    def before(seen: Seen) -> Reply | None:
        if next(cuts, None) is not None:
            raise ConnectionError
        return None

    fake.before = before
    assert opened().digest == digest
    fake.before = lambda seen: (_ for _ in ()).throw(ConnectionError())  # type: ignore[arg-type,return-value]
    with pytest.raises(RegistryError, match="the connection broke"):
        opened("2")


def test_a_document_that_breaks_off_is_asked_for_again(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    cuts = iter([10, 20])

    def before(seen: Seen) -> Reply | None:
        reply = fake.manifest("1", seen)
        reply.cut = next(cuts, None)
        return reply

    fake.before = before
    assert opened().digest == digest
    assert len(server.seen) == 3
    fake.before = lambda seen: Reply(200, b"{}", length=100, cut=2)
    with pytest.raises(RegistryError, match="the connection broke in the middle of an answer"):
        opened("2")


def test_a_document_that_comes_drop_by_drop(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = lambda seen: Reply(200, b"{" + b" " * 1000, drip=(1, 0.05))
    began = time.monotonic()
    with pytest.raises(RegistryError, match=r"team/app:1: not whole after 1 s"):
        opened(patience=replace(SHORT, document=1))
    assert time.monotonic() - began < 20, "it did not wait for the 50 seconds"
    assert len(server.seen) == 1


def test_a_head_that_comes_drop_by_drop(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = lambda seen: Reply(200, b"{}", {f"X-{number}": "x" for number in range(60)}, head_delay=1)
    began = time.monotonic()
    with pytest.raises(RegistryError, match=r"did not answer within 0\.4 s"):
        opened(patience=replace(SHORT, answer=0.4))
    assert time.monotonic() - began < 40, "it did not wait for the 60 seconds of each try"


def test_a_server_that_says_nothing(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = lambda seen: time.sleep(1)  # type: ignore[func-returns-value]
    with pytest.raises(RegistryError, match=r"did not answer within 0\.4 s"):
        opened(patience=replace(SHORT, answer=0.4))
    wait_until(lambda: len(server.seen) == SHORT.tries, "it was asked so often")


def test_waiting_for_an_answer_can_be_ended(fake: FakeRegistry, opened: Opener) -> None:
    watch, ends = Watch(), threading.Event()

    def before(seen: Seen) -> None:
        threading.Timer(0.2, watch.cancel).start()
        ends.wait(PATIENCE)

    fake.before = before
    with pytest.raises(RegistryCancelledError):
        opened(watch=watch, patience=Patience(answer=PATIENCE))
    ends.set()


def test_nothing_listens(opened: Opener, server: Server) -> None:
    server.__exit__()
    with pytest.raises(RegistryError, match="nothing answers there: Connection refused"):
        opened()
    server.__enter__ = lambda: server  # type: ignore[method-assign,assignment]
