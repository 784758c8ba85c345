"""The names of a layer, as whole layers are compared by them."""

import tracemalloc
from pathlib import Path

from ocitui.demo.tar import file
from ocitui.image.dive.efficiency import measure_efficiency
from ocitui.image.squash.layer_names import KeyedRun, LayerNames, key_of
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import find_waste
from tests.image.stacks import close, stack_of
from tests.layers.tars import END, index_of, member

FILES = 20_000


def test_names_that_nobody_asks_for_take_little_memory(tmp_path: Path) -> None:
    tar = b"".join(member(b"folder-%03d/file-%05d.txt" % (n // 100, n)) for n in range(FILES)) + END
    with index_of(tmp_path, tar) as index:
        names = LayerNames(1, index)
        tracemalloc.start()
        try:
            runs = names.runs
            taken, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert taken < 30 * FILES  # strings of their own take 66 bytes each, and a place in a list
    files = [name for run in runs for name in run.names if name.startswith("file-")]
    assert files == [f"file-{n:05}.txt" for n in range(FILES)]
    assert all(len(run.names) == run.length for run in runs)


def test_what_is_left_out_of_a_run_has_no_key(tmp_path: Path) -> None:
    tar = b"".join(member(b"d/%b" % name) for name in (b"one", b"two", b"three")) + END
    with index_of(tmp_path, tar) as index:
        run = next(run for run in LayerNames(7, index).runs if "two" in run.names)
    first = run.first
    assert KeyedRun(run, 7, [first + 1]).keys() == {"one": key_of(7, first), "three": key_of(7, first + 2)}
    assert run.names == ["one", "two", "three"]


def test_names_of_many_layers_are_looked_at_a_folder_at_a_time(tmp_path: Path) -> None:
    """Everything that waste and ci count of ten layers that share all folders."""
    layers = [
        [file(f"folder-{n // 100:03}/{layer}-{n % 100:03}.txt", b"x") for n in range(FILES // 10)]
        for layer in range(10)
    ]
    stack = stack_of(tmp_path, *layers)
    try:
        names = StackNames(stack)
        tracemalloc.start()
        try:
            waste = find_waste(names)
            efficiency = measure_efficiency(names.as_in_tar)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    finally:
        close(stack)
    assert (waste.copies, efficiency.paths, waste.total_shipped) == ((), (), FILES)
    assert most < 60 * FILES  # it was 290 with each name and its entry in memory
