"""Keys and reports of a terminal are told apart, however they are cut."""

from collections.abc import Sequence

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.events import Event, Key, MouseDown, Paste
from textual.message import Message

from ocitui.tui.terminal.driver import SequenceParser
from ocitui.tui.terminal.sequences import HOLD, LATE, Sequences
from tests.tui.terminal.replies import REPLIES

ESC = "\x1b"
KEYS = {
    "a": ["a"],
    "é": ["é"],
    "\x1b[A": ["up"],
    "\x1bOA": ["up"],
    "\x1b[1;5C": ["ctrl+right"],
    "\x1bOP": ["f1"],
    "\x1b[[A": ["f1"],
    "\x1b[15~": ["f5"],
    "\x1b[24~": ["f12"],
    "\x1b[Z": ["shift+tab"],
    "\x1b[3~": ["delete"],
    "\x1b[3$": ["shift+delete"],
    "\x1bx": ["alt+x"],
    "\x1bX": ["alt+shift+x"],
    "\x1b[27u": ["escape"],
    "\x1b[97;5u": ["ctrl+a"],
}
"""What terminals send for keys, and Textual's names of them."""


def read(pieces: Sequence[tuple[str, float]], takes_sizes: bool = False) -> list[Message]:
    """What becomes of pieces that come so many seconds after the one before, and of a minute of silence."""
    sequences, parser = Sequences(lambda: takes_sizes), SequenceParser()
    found: list[Message] = []

    def take(pieces: Sequence[str]) -> None:
        for piece in pieces:
            found.extend(parser.take(piece))

    now = 0.0
    for text, after in pieces:
        for _ in range(round(after / 0.05)):
            now += 0.05
            take(list(sequences.tick(now)))
        take(list(sequences.feed(text, now)))
    for _ in range(100):
        now += 0.6
        take(list(sequences.tick(now)))
    return found


def names(messages: Sequence[Message]) -> list[str]:
    """The keys among messages; anything else as what it is."""
    return [message.key if isinstance(message, Key) else type(message).__name__ for message in messages]


def keys_of(messages: Sequence[Message]) -> list[str]:
    """What a user would have done; no messages to Textual about the terminal."""
    return names([message for message in messages if isinstance(message, Event)])


@pytest.mark.slow
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_report_is_no_key_however_it_is_cut(reply: str) -> None:
    assert keys_of(read([(reply, 0)])) == []
    assert keys_of(read([(reply, 0), ("j", 0)])) == ["j"]
    assert keys_of(read([(each, 0) for each in reply])) == []
    assert keys_of(read([(f"k{reply}j{reply}\x1b[A", 0)])) == ["k", "j", "up"]
    for cut in range(1, len(reply)):
        for after in (0, 0.05, 0.2, HOLD + 0.1, LATE - 1):
            is_told_late = cut == 1 and after >= 0.1  # Esc was not kept waiting for so long
            said = keys_of(read([(reply[:cut], 0), (reply[cut:], after), ("j", 0.2)]))
            if after > HOLD and reply[:cut] == "\x1bP":
                assert said.pop(0) == "alt+shift+p"
            assert said == ["escape"] * is_told_late + ["j"], (cut, after)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_report_that_breaks_off_costs_no_later_key(reply: str) -> None:
    for cut in range(2, len(reply)):
        said = keys_of(read([(reply[:cut], 0), ("\x1b[A", 1), ("\x1b[B", 1)]))
        assert said[-2:] == ["up", "down"], cut
        assert set(said[:-2]) <= {
            "alt+left_square_bracket",
            "alt+right_square_bracket",
            "alt+shift+p",
            "alt+underscore",
        }


@pytest.mark.parametrize(("sent", "expected"), KEYS.items(), ids=[repr(key)[1:-1] for key in KEYS])
def test_keys_go_on(sent: str, expected: list[str]) -> None:
    assert names(read([(sent, 0)])) == expected
    assert names(read([(sent * 3, 0)])) == expected * 3
    assert names(read([(ESC, 0), (sent, 1)])) == ["escape", *expected]
    for cut in range(2, len(sent)):
        assert names(read([(sent[:cut], 0), (sent[cut:], 0.2)])) == expected


def test_every_sequence_that_textual_knows_is_one_piece() -> None:
    for sequence in ANSI_SEQUENCES_KEYS:
        if not sequence.startswith(ESC) or sequence in {ESC, ESC * 2, "\x1b[G"}:  # the last is one to be ignored
            continue
        is_cursor_position = sequence.endswith("R") and ";" in sequence  # Textual, too, takes it for one
        expected = [] if is_cursor_position else [sequence]
        assert list(Sequences(lambda: False).feed(sequence, 0)) == expected


def test_esc_is_quick_and_alt_is_not_esc() -> None:
    sequences = Sequences(lambda: False)
    assert list(sequences.feed(ESC, 5)) == []
    assert sequences.wait(5, 60) == pytest.approx(0.1)
    assert list(sequences.tick(5.05)) == []
    assert list(sequences.tick(5.1)) == [ESC]
    assert names(read([(ESC, 0), ("j", 0.15)])) == ["escape", "j"]
    assert names(read([("\x1bj", 0)])) == ["alt+j"]
    assert names(read([("\x1bx\x1b[A\x1by\x1b", 0)])) == ["alt+x", "up", "alt+y", "escape"]
    assert names(read([(ESC * 3, 0)])) == ["escape"] * 3
    assert names(read([("\x1b[", 0), ("q", 1)])) == ["q"]
    assert names(read([("\x1bO", 0), ("q", 1)])) == ["alt+shift+o", "q"]
    assert names(read([(ESC, 0), ("[", 0.2), ("3", 0.2)])) == ["escape", "left_square_bracket", "3"]
    assert names(read([(ESC, 0), ("]3", 0.2)])) == ["escape", "right_square_bracket", "3"]


@pytest.mark.parametrize("cut", range(1, 10))
def test_the_mouse(cut: int) -> None:
    (event,) = read([("\x1b[<0;12;7M"[:cut], 0), ("\x1b[<0;12;7M"[cut:], 0.04 if cut == 1 else 0.2)])
    assert isinstance(event, MouseDown)
    assert (event.x, event.y) == (11, 6)


@pytest.mark.parametrize("after", [0, 0.2, 2])
def test_a_paste_is_one_whatever_is_in_it(after: float) -> None:
    sent = "\x1b[200~one \x1b[A\x1b[?62c two\x1b[201~j"
    for cut in range(2, len(sent)):
        if after > HOLD and cut < len("\x1b[200~"):
            continue
        pasted, key = read([(sent[:cut], 0), (sent[cut:], after)])
        assert isinstance(pasted, Paste)
        assert pasted.text == "one [A[?62c two"
        assert names([key]) == ["j"]


def test_a_size_that_was_asked_for_is_taken() -> None:
    assert names(read([("\x1b[48;50;132;800;1056t", 0)], takes_sizes=True)) == ["Resize"]
    assert read([("\x1b[48;50;132;800;1056t", 0)]) == []
