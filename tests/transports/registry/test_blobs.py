"""The bytes of blobs: how many requests they take, and that they are right whatever a server does."""

import errno
import hashlib
import io
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ocitui.cache_folder import CacheFolder
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobFile, FetchesRanges, StoredDamageError
from ocitui.transports.blobs import from_words, secret_of, to_words
from ocitui.transports.registry.blobs import copy
from ocitui.transports.registry.blobs.http_file import HttpFile
from ocitui.transports.registry.errors import RangesIgnoredError, RegistryCancelledError
from ocitui.transports.registry.patience import Patience, Watch
from tests.commands.conftest import REPOSITORY as REPOSITORY_FOLDER
from tests.patience import PATIENCE, wait_until
from tests.transports.registry.conftest import SHORT, Opener
from tests.transports.registry.scripted import Bearer, FakeRegistry, Reply, Seen, Server, error
from tests.transports.registry.test_auth import ADA, BASIC, read_blob

RAW = random.Random(1).randbytes(3_000_000)
DIGEST = Digest.of(RAW)
SMALL = 1 << 17


@pytest.fixture
def file(fake: FakeRegistry, server: Server, opened: Opener) -> Iterator[BlobFile]:
    """An open blob; of the requests, only those that follow are counted."""
    fake.add_image(RAW)
    found = opened().locate(DIGEST).open()
    server.seen.clear()
    server.sent = 0
    yield found
    found.close()


def ranges(server: Server) -> list[tuple[int, int]]:
    """Offset and length of each range that was asked for."""
    return [(start, end - start + 1) for start, end in (seen.range or (0, -1) for seen in server.seen)]


def test_opening_asks_for_nothing(file: BlobFile, server: Server) -> None:
    assert file.size == len(RAW)
    assert file.identity == (0, 0, len(RAW), 0, 0)
    assert server.seen == []


def test_a_scan_takes_two_requests_and_every_byte_once(file: BlobFile, server: Server) -> None:
    assert file.read_at(0, 6) == RAW[:6]
    at = 0
    while piece := file.read_at(at, 1 << 19):
        assert piece == RAW[at : at + len(piece)]
        at += len(piece)
    assert at == len(RAW)
    assert ranges(server) == [(0, SMALL), (SMALL, len(RAW) - SMALL)]
    assert server.sent == len(RAW)
    file.close()


def test_the_end_that_was_looked_at_is_not_fetched_again(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    """As a scan in another process does after it was looked whether there is a table of contents."""
    fake.add_image(RAW)
    blob = opened().locate(DIGEST)
    file = blob.open()
    server.seen.clear()
    assert isinstance(file, FetchesRanges)
    assert file.fetch(len(RAW) - 72, 72) == RAW[-72:]
    assert file.read_at(len(RAW) - 10, 100) == RAW[-10:]
    for each in (blob, from_words(to_words(blob), secret_of(blob))):
        reader, at = each.open(), 0
        assert ranges(server) == [(len(RAW) - 72, 72)]
        while piece := reader.read_at(at, 1 << 19):
            assert piece == RAW[at : at + len(piece)]
            at += len(piece)
        assert at == len(RAW)
        reader.close()
        assert ranges(server)[1:] == [(0, 1 << 19), (1 << 19, len(RAW) - 72 - (1 << 19))]
        del server.seen[1:]
    file.close()


def test_a_file_in_the_middle_takes_a_range(file: BlobFile, server: Server) -> None:
    assert file.read_at(2_000_000, 10) == RAW[2_000_000:2_000_010]
    assert file.read_at(2_000_010, 100_000) == RAW[2_000_010:2_100_010]
    assert ranges(server) == [(2_000_000, SMALL)]
    assert file.read_at(len(RAW) - 5, 100) == RAW[-5:]
    assert ranges(server)[1:] == [(len(RAW) - 5, 5)]
    assert file.read_at(len(RAW), 100) == b""
    assert len(server.seen) == 2


def test_who_reads_on_gets_larger_ranges(file: BlobFile, server: Server) -> None:
    at = 100_000
    while piece := file.read_at(at, 1 << 16):
        assert piece == RAW[at : at + len(piece)]
        at += len(piece)
    assert ranges(server) == [(100_000, SMALL), (231_072, 4 * SMALL), (755_360, 16 * SMALL), (2_852_512, 147_488)]


def test_what_is_said_before_comes_in_one_range(file: BlobFile, server: Server) -> None:
    assert isinstance(file, FetchesRanges)
    file.will_read(1_000_000)
    assert file.read_at(500_000, 10) == RAW[500_000:500_010]
    assert file.read_at(1_400_000, 10) == RAW[1_400_000:1_400_010]
    assert ranges(server) == [(500_000, 1_000_000)]
    assert file.read_at(1_400_010, 200_000) == RAW[1_400_010:1_500_000]
    assert file.read_at(1_500_000, 10) == RAW[1_500_000:1_500_010]
    assert file.read_at(2_500_000, 10) == RAW[2_500_000:2_500_010]
    assert ranges(server)[1:] == [(1_500_000, 4 * SMALL), (2_500_000, SMALL)]


def test_a_little_further_on_the_same_answer_is_read_on(file: BlobFile, server: Server) -> None:
    file.read_at(0, 1)
    file.read_at(SMALL, 10)
    assert file.read_at(SMALL + 100_000, 10) == RAW[SMALL + 100_000 :][:10]
    assert len(server.seen) == 2
    assert file.read_at(10, 10) == RAW[10:20]
    assert len(server.seen) == 3


def test_connections_are_used_again(file: BlobFile, server: Server) -> None:
    before = server.connections
    for offset in range(200_000, 2_000_000, 200_000):
        assert file.read_at(offset, 10) == RAW[offset : offset + 10]
    assert server.connections - before <= 1


def test_a_small_blob_is_asked_for_once(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    raw = RAW[:1000]
    fake.add_image(raw)
    image = opened()
    for _ in range(3):
        assert read_blob(image, raw) == raw
    assert len(server.asked("/blobs/")) == 1


def test_a_closed_range_for_readers_of_tables(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    blob = opened().repository.blob(DIGEST, len(RAW))
    assert blob.fetch(1_000_000, 1_500_000) == RAW[1_000_000:2_500_000]
    assert blob.fetch(len(RAW) - 51, 1000) == RAW[-51:]
    assert blob.fetch(len(RAW), 10) == b""
    assert ranges(server)[1:] == [(1_000_000, 1_500_000), (len(RAW) - 51, 51)]
    fake.has_ranges = False
    server.sent = 0
    with pytest.raises(RangesIgnoredError, match="expected a part of it, found that"):
        blob.fetch(1_000_000, 10)
    assert blob.copy is None
    assert opened().repository.blob(DIGEST, len(RAW)).fetch(0, len(RAW)) == RAW  # it is all of it that is asked for
    file = HttpFile(blob)
    assert file.read_at(1_000_000, 10) == RAW[1_000_000:1_000_010]
    assert blob.fetch(2_000_000, 900_000) == RAW[2_000_000:2_900_000]
    assert len(server.asked("/blobs/")) == 5


def test_a_blob_whose_size_nobody_says(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_blob(RAW)
    fake.add_image(b"one")
    for has_ranges in (True, False):
        fake.has_ranges = has_ranges
        blob = opened().locate(DIGEST)
        assert blob.size is None
        file = blob.open()
        assert file.size == len(RAW)
        assert file.read_at(2_900_000, 10) == RAW[2_900_000:2_900_010]
        file.close()


# Servers that send whole blobs only.


def test_a_server_that_ignores_ranges_is_asked_once(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW, RAW[:1000])
    fake.has_ranges = False
    image = opened()
    server.seen.clear()
    one, other = image.locate(DIGEST).open(), image.locate(DIGEST).open()
    assert other.read_at(2_999_000, 2000) == RAW[2_999_000:]
    assert one.read_at(5, 10) == RAW[5:15]
    assert read_blob(image, RAW) == RAW
    assert len(server.seen) == 1
    assert read_blob(image, RAW[:1000]) == RAW[:1000]
    assert image.notes == [f"{server.host}: it sends whole blobs only, of which copies are kept"]
    both = {f"{DIGEST.encoded}.blob", f"{Digest.of(RAW[:1000]).encoded}.blob"}
    wait_until(lambda: copies() == both, "both are there")
    server.seen.clear()
    again = opened()
    assert read_blob(again, RAW) == RAW
    assert server.asked("/blobs/") == []


def fill_disk(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Leave so many bytes of room for each copy."""

    class FullDisk(io.FileIO):
        def write(self, data: Any) -> int:
            left = room - self.tell()
            if left <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data[:left])

    monkeypatch.setattr(copy, "open", lambda path, *_, **__: FullDisk(path, "r+"), raising=False)


@pytest.mark.parametrize("room", [0, 1_500_001, None])
def test_where_no_copy_can_be_written_what_is_read_is_streamed(
    room: int | None, fake: FakeRegistry, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at once, or on the way; None where there is not even a file."""
    fake.add_image(RAW)
    fake.has_ranges = False

    fill_disk(monkeypatch, room or 0)
    if room is None:
        monkeypatch.setattr(CacheFolder, "temporary_places", lambda *_: iter(()))
    image = opened()
    assert read_blob(image, RAW) == RAW
    file = image.locate(DIGEST).open()
    assert isinstance(file, HttpFile)
    assert file.read_at(2_900_000, 10) == RAW[2_900_000:2_900_010]
    assert file.read_at(7, 10) == RAW[7:17]
    assert file.fetch(1_000_000, 900_000) == RAW[1_000_000:1_900_000]
    file.close()
    with image.locate(DIGEST).copied_once():
        assert read_blob(image, RAW) == RAW
    assert not [name for name in copies() if name.endswith(".blob")]
    assert [note for note in image.notes if note.startswith("no copy is kept")]


@pytest.mark.parametrize("room", [0, 1_500_001])
def test_a_copy_for_one_command_that_cannot_be_written_is_done_without(
    room: int, fake: FakeRegistry, server: Server, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add_image(RAW)

    fill_disk(monkeypatch, room)
    image = opened()
    with image.locate(DIGEST).copied_once():
        assert read_blob(image, RAW) == RAW
    assert server.sent < 2 * len(RAW) + 100_000


def test_a_copy_goes_on_where_the_connection_broke(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    cuts = iter([100_000, 2_000_000])

    def before(seen: Seen) -> Reply | None:
        return Reply(200, RAW, cut=next(cuts, None)) if seen.path.endswith(str(DIGEST)) else None

    fake.before = before
    assert read_blob(opened(), RAW) == RAW
    assert len(server.asked(str(DIGEST))) == 3


def test_a_copy_with_another_digest_is_not_kept(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    fake.has_ranges = False
    fake.blobs[str(DIGEST)] = RAW[:-1] + b"x"
    image = opened()
    assert read_blob(image, RAW) == RAW[:-1] + b"x"
    assert not [name for name in copies() if name.endswith(".blob")]


def test_a_copy_that_ends_early(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(RAW)
    fake.before = lambda seen: Reply(200, RAW, cut=1000) if seen.path.endswith(str(DIGEST)) else None
    with pytest.raises(OSError, match="the connection broke in the middle of an answer"):
        read_blob(opened(), RAW)


# Faults.


def cut_at(fake: FakeRegistry, lengths: list[int], *, reset: bool = False) -> list[int]:
    """Have the connection break after so many bytes of each answer with a part; gives what is left of them."""
    left = list(lengths)

    def before(seen: Seen) -> Reply | None:
        if seen.range is None or not seen.path.endswith(str(DIGEST)):
            return None
        reply = fake.blob(str(DIGEST), seen)
        if left:
            reply.cut, reply.reset = left.pop(0), reset
        return reply

    fake.before = before
    return left


@pytest.mark.parametrize("reset", [False, True])
def test_ten_connections_that_break(reset: bool, fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    chance = random.Random(reset)
    left = cut_at(fake, [chance.randrange(150_000, 300_000) for _ in range(10)], reset=reset)
    image = opened()
    server.sent = 0
    assert hashlib.sha256(read_blob(image, RAW)).hexdigest() == DIGEST.encoded
    assert left == []
    assert len(server.asked("/blobs/")) <= 13
    assert server.sent <= len(RAW) + 10 * (1 << 20)
    if not reset:
        assert server.sent == len(RAW)


def test_a_connection_that_breaks_at_once_is_given_up(file: BlobFile, fake: FakeRegistry, server: Server) -> None:
    assert len(file.read_at(0, SMALL)) == SMALL
    left = cut_at(fake, [1000] * 100)
    pieces = [file.read_at(at, 1 << 19) for at in range(SMALL, SMALL + 5000, 1000)]  # what came is given first
    assert b"".join(pieces) == RAW[SMALL : SMALL + 5000]
    at = SMALL + 5000
    with pytest.raises(OSError, match="the connection broke in the middle of an answer"):
        file.read_at(at, 1 << 19)
    assert len(server.seen) == 6
    left.clear()
    assert file.read_at(at, 10) == RAW[at : at + 10]


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Content-Range": "bytes 0-131071/3000000"}, "found Content-Range 'bytes 0-131071/3000000'"),
        ({"Content-Range": "bytes 1000000-1131071/2999999"}, "expected 3,000,000 bytes, found 2,999,999"),
        ({"Content-Range": "bytes 1000000-1999999/3000000"}, "expected bytes 1000000-1131071, found Content-Range"),
        ({"Content-Range": "bytes 1000000-999999/3000000"}, "expected bytes 1000000-1131071, found Content-Range"),
        ({"Content-Range": "\x1b[2J"}, "found Content-Range '\\x1b[2J'"),
        ({}, "found Content-Range ''"),
        ({"Content-Type": "multipart/byteranges; boundary=x"}, "found Content-Range ''"),
    ],
)
def test_a_wrong_part(headers: dict[str, str], said: str, file: BlobFile, fake: FakeRegistry, server: Server) -> None:
    fake.before = lambda seen: Reply(206, RAW[1_000_000:1_131_072], headers)
    with pytest.raises(StoredDamageError) as caught:
        file.read_at(1_000_000, 10)
    assert said in str(caught.value)
    assert len(server.seen) == 1


def test_a_part_that_is_shorter_than_asked_for(file: BlobFile, fake: FakeRegistry, server: Server) -> None:
    """Which a server may send, if it says so."""

    def before(seen: Seen) -> Reply | None:
        assert seen.range is not None
        start, end = seen.range[0], min(seen.range[1] + 1, seen.range[0] + 70_000)
        return Reply(206, RAW[start:end], {"Content-Range": f"bytes {start}-{end - 1}/*"})

    fake.before = before
    assert file.read_at(1_000_000, SMALL) == RAW[1_000_000 : 1_000_000 + SMALL]
    assert ranges(server) == [(1_000_000, SMALL), (1_070_000, SMALL - 70_000)]


def test_a_part_whose_length_is_not_what_it_says(file: BlobFile, fake: FakeRegistry) -> None:
    said = {"Content-Range": f"bytes 1000000-1131071/{len(RAW)}"}
    fake.before = lambda seen: Reply(206, RAW[1_000_000:1_000_100], said)
    with pytest.raises(StoredDamageError, match="expected 131,072 bytes of a part, found 100"):
        file.read_at(1_000_000, 10)


@pytest.mark.parametrize("size", [len(RAW) - 1, len(RAW) + 1, 10])
def test_a_blob_of_another_size(size: int, file: BlobFile, fake: FakeRegistry, server: Server) -> None:
    fake.blobs[str(DIGEST)] = (RAW + b"x")[:size]
    with pytest.raises(StoredDamageError) as caught:
        file.read_at(2_000_000, 10)
    said = "found fewer (416)" if size == 10 else f"expected 3,000,000 bytes, found {size:,}"
    assert said in str(caught.value)
    fake.has_ranges = False
    with pytest.raises(StoredDamageError, match=f"expected 3,000,000 bytes, found {size:,}"):
        file.read_at(2_000_000, 10)


def test_a_blob_that_is_not_there(file: BlobFile, fake: FakeRegistry) -> None:
    del fake.blobs[str(DIGEST)]
    with pytest.raises(FileNotFoundError, match="missing: 404 BLOB_UNKNOWN blob unknown to registry"):
        file.read_at(0, 10)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(500, b"oops"), "answers 500 Internal Server Error"),
        (
            Reply(403, b'{"errors": [{"code": "DENIED", "message": "\\u001b[2J"}]}'),
            "403 DENIED \\x1b[2J",
        ),
        (Reply(503, b""), "503 Service Unavailable"),
        (Reply(204, b""), "answers 204 No Content"),
    ],
)
def test_an_error(reply: Reply, said: str, file: BlobFile, fake: FakeRegistry, server: Server) -> None:
    fake.before = lambda seen: reply
    with pytest.raises(OSError, match=re.escape(said)) as caught:
        file.read_at(0, 10)
    assert not isinstance(caught.value, StoredDamageError)
    assert len(server.seen) == (4 if reply.status == 503 else 1)


def test_a_body_that_comes_drop_by_drop_is_asked_for_again(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    image = opened(patience=replace(SHORT, drip=1))
    drips = iter([(10, 0.02)])

    def before(seen: Seen) -> Reply | None:
        if seen.range is None or seen.range[0] < SMALL:
            return None
        reply = fake.blob(str(DIGEST), seen)
        reply.drip = next(drips, None)
        return reply

    fake.before = before
    assert read_blob(image, RAW) == RAW
    assert len(server.asked("/blobs/")) == 3


def test_a_body_that_stops_is_asked_for_again(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    image = opened(patience=replace(SHORT, answer=2))
    drips = iter([(100_000, PATIENCE)])

    def before(seen: Seen) -> Reply | None:
        if seen.range is None or seen.range[0] < SMALL:
            return None
        reply = fake.blob(str(DIGEST), seen)
        reply.drip = next(drips, None)
        return reply

    fake.before = before
    assert read_blob(image, RAW) == RAW
    assert len(server.asked("/blobs/")) == 3


# Whoever waits may end it.


def test_reading_is_ended_from_another_thread(fake: FakeRegistry, opened: Opener) -> None:
    fake.add_image(RAW)
    watch = Watch()
    patient = Patience(answer=PATIENCE, drip=PATIENCE)
    file = opened(watch=watch, patience=patient).locate(DIGEST).open()
    file.read_at(0, 10)

    def before(seen: Seen) -> Reply | None:
        reply = fake.blob(str(DIGEST), seen)
        reply.drip = (1000, PATIENCE)
        threading.Timer(0.2, watch.cancel).start()
        return reply

    fake.before = before
    began = time.monotonic()
    with pytest.raises(RegistryCancelledError):
        file.read_at(SMALL, 1 << 19)
    assert time.monotonic() - began < PATIENCE / 2


# Worker processes.


@pytest.mark.parametrize("login", ["nobody", "token", "basic"])
def test_a_worker_is_told_what_it_needs(login: str, fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(RAW)
    bearer = Bearer(server)
    bearer.users = {"ada": BASIC}
    if login == "token":
        fake.before = bearer
    image = opened(**({} if login == "nobody" else {"login": ADA}))
    blob = image.locate(DIGEST)
    words, secret = to_words(blob), secret_of(blob)
    assert not [word for word in words if "secret" in word or "token" in word or "ada" in word]
    assert "\n" not in secret
    server.seen.clear()
    other = from_words(words, secret)
    assert (other.size, other.path, other) == (blob.size, blob.path, blob)
    file = other.open()
    assert file.read_at(500_000, 10) == RAW[500_000:500_010]
    file.close()
    assert len(server.seen) == 1
    if login == "token":
        assert server.seen[0].authorization == "Bearer token-0"
        bearer._left.clear()
        assert from_words(words, secret).open().read_at(500_000, 10) == RAW[500_000:500_010]
        assert server.asked("/token")


def test_a_process_of_its_own(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    """It is told by two ways, of which others see only the one with nothing secret in it."""
    fake.add_image(RAW)
    fake.before = bearer = Bearer(server)
    bearer.users = {"ada": BASIC}
    blob = opened(login=ADA).locate(DIGEST)
    code = (
        "import sys; from ocitui.transports.blobs import from_words; "
        "blob = from_words(sys.argv[1:], sys.stdin.readline(), lambda text: print(text, file=sys.stderr)); "
        "sys.stdout.buffer.write(blob.open().read_at(500_000, 10))"
    )
    busy = iter([None])
    fake.before = lambda seen: error(429, "X", "slow down") if next(busy, 1) is None else bearer(seen)
    command = [sys.executable, "-c", code, *to_words(blob)]
    secret = secret_of(blob).encode()
    done = subprocess.run(command, input=secret, capture_output=True, cwd=REPOSITORY_FOLDER, check=False)
    assert done.stdout == RAW[500_000:500_010], done.stderr
    assert server.asked("/token") == ["GET /token"]


def test_a_document_is_handed_over_too(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(RAW)
    blob = opened().locate(digest)
    raw = fake.manifests["1"][1]
    file = from_words(to_words(blob), secret_of(blob)).open()
    assert (file.size, file.read_at(0, 10), file.read_at(10, 1 << 20)) == (len(raw), raw[:10], raw[10:])


def copies() -> set[str]:
    """What is in the folder of copies."""
    return {path.name for path in CacheFolder().root.glob("blobs/v*/*/*")}
