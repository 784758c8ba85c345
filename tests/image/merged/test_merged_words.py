"""The history of a path reads the same wherever it is shown."""

from pathlib import Path

from ocitui.demo.tar import directory, file, opaque, whiteout
from ocitui.image.merged.provenance import find_provenance
from ocitui.image.merged.timeline import compare_timeline, trace
from ocitui.image.merged.words import SIGNS, action_text, conclusion_text, cost_text, now_text, version_facts
from tests.image.stacks import TarReader, close, stack_of


def test_what_each_layer_did_and_what_it_costs(tmp_path: Path) -> None:
    layers = [
        [directory("d"), file("d/f", "four")],
        [file("d/f", "four")],
        [file("d/f", "four", 0o600)],
        [file("d/f", "other")],
        [opaque("d")],
    ]
    stack = stack_of(tmp_path, *layers)
    timeline = compare_timeline(trace(stack, b"d/f"), TarReader(tmp_path))
    assert [(SIGNS[each.action], action_text(each), cost_text(each)) for each in timeline.changes] == [
        ("+", "added", "replaced in 2, still in the image"),
        ("=", "rewritten (same content stored again)", "same content, 4 B stored twice"),
        ("~", "modified (mode, same content stored again)", "same content, 4 B stored twice"),
        ("~", "modified (content, mode)", "deleted in 5, still in the image"),
        ("-", "deleted (opaque whiteout in /d)", ""),
    ]
    assert now_text(timeline) == "now: deleted by layer 5"
    close(stack)


def test_layers_that_are_not_known_leave_the_end_open(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, None, [file("f", "four")], None, None, [whiteout("g")], None)
    answer = find_provenance(stack, b"f")
    assert conclusion_text(answer) == "/f: unknown: layers 3–4, 6 are missing or damaged"
    unknown = "of an unknown media type"
    for unopened, words in (
        ({1: "encrypted"}, "missing or damaged"),
        ({3: "encrypted"}, "missing, damaged or encrypted"),
        ({4: unknown, 3: "encrypted"}, f"missing, damaged, encrypted or {unknown}"),
        ({3: "encrypted", 4: unknown, 6: "encrypted"}, f"encrypted or {unknown}"),
        (dict.fromkeys((3, 4, 6), unknown), unknown),
    ):
        assert conclusion_text(answer, unopened) == f"/f: unknown: layers 3–4, 6 are {words}"
    assert now_text(answer.timeline) == "now: from layer 2, 4 B -rw-r--r--  (layers 3–4, 6 not known)"
    close(stack)


def test_nothing_is_invented_for_a_directory_without_an_entry(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, [file("d/f")], [directory("d", 0o700)])
    before, after = (each.after for each in trace(stack, b"d").changes)
    facts = {label: (old, new) for label, old, new in version_facts(before, after)}
    assert facts["mode"] == ("d?????????", "drwx------")
    assert facts["owner"] == ("?:?", "0:0")
    assert facts["time"][0] == "?"
    close(stack)
