"""``ocitui diff A B``: how two images differ, section by section."""

import os
from dataclasses import replace

from ocitui.commands.diff.in_archives import compare_in_archives, find_in_archives
from ocitui.commands.diff.sides import End, Ends, Wanted, open_ends, workarounds
from ocitui.commands.diff.text import write_documents, write_heading, write_paths, write_stat, write_unified
from ocitui.commands.opened.place import report
from ocitui.commands.status_line import StatusLine
from ocitui.display import count_noun, printable
from ocitui.errors import UsageError
from ocitui.image.diff.images import PathsDiff, Section, compare_documents, compare_paths, has_same_layers
from ocitui.image.diff.paths import DiffOptions
from ocitui.layers.pathnames import components

_OF_CONFIG = frozenset({Section.CONFIG, Section.HISTORY})


def compare_images(ends: Ends, path: str | None, wanted: Wanted, *, as_json: bool, is_stat: bool) -> int:
    """Print how two images differ; return the exit code.

    Args:
        ends: what is compared.
        path: only this path and what is below it.
        wanted: the choice of what to print.
        as_json: whether as JSON.
        is_stat: whether only numbers.

    Raises:
        OcituiError: an image cannot be opened.
    """
    with open_ends(ends) as both:
        before, after = both
        documents = compare_documents(before.upto, after.upto, wanted.ignored)
        problems: list[str] = [*workarounds(both)]
        if wanted.sections & _OF_CONFIG and before.upto.image is not after.upto.image:
            problems += [*before.config_problems, *after.config_problems]
        name = b"/".join(components(os.fsencode(path))[0]) if path is not None else b""
        paths = PathsDiff(())
        if Section.PATHS in wanted.sections and not name and has_same_layers(before.upto, after.upto):
            paths = PathsDiff((), is_shared=True)
        elif Section.PATHS in wanted.sections:
            places = find_in_archives(both, name)
            if places is None:
                _check_presence(both, name, path)
            found = compare(*both, name, wanted) if places is None else compare_in_archives(both, name, places, wanted)
            paths = with_gaps(*both, found)
            problems += path_problems(*both, paths)
        if as_json:
            from ocitui.commands.diff.json import write_json_diff

            write_json_diff(both, documents, paths, wanted, problems)
        elif is_stat:
            write_heading(before, after)
            write_stat(before, documents, paths, wanted.sections)
        else:
            write_heading(before, after)
            write_documents(before, after, documents, wanted.sections)
            if Section.PATHS in wanted.sections:
                write_paths(paths)
            if wanted.is_unified:
                problems += write_unified(*both, paths)
    return report(dict.fromkeys(problems)) or int(documents.differs(wanted.sections) or paths.differs)


def compare_below(before: End, after: End, name: bytes, wanted: Wanted) -> int:
    """Print what differs below a folder that both have; return the exit code."""
    paths = compare(before, after, name, wanted)
    below = replace(paths, paths=tuple(path for path in paths.paths if path.path != name))
    write_paths(below, is_part=True)
    problems = [*path_problems(before, after, paths)]
    if wanted.is_unified:
        problems += write_unified(before, after, below)
    return report(dict.fromkeys(problems)) or int(below.differs)


def compare(before: End, after: End, name: bytes, wanted: Wanted) -> PathsDiff:
    """Compare the filesystems, or what is at a path of them; a terminal sees how far it is."""
    options = DiffOptions(wanted.ignored, wanted.is_quick)
    with StatusLine() as line:
        found = compare_paths(
            before.side,
            after.side,
            options,
            below=name,
            on_progress=lambda done, total: line.show("contents", done, total),
        )
        return _with_members(before, after, found, options) if wanted.is_nested else found


def _with_members(before: End, after: End, paths: PathsDiff, options: DiffOptions) -> PathsDiff:
    """Return the differences with those inside archives."""
    from ocitui.image.diff.nested import NestedDiff  # with all that unpacks them

    nested = NestedDiff(
        (before.side, before.opened.contents),
        (after.side, after.opened.contents),
        options,
        titles=(before.title, after.title),
    )
    inside = nested.inside(paths.paths)
    return replace(paths, inside=inside, not_inside=tuple(nested.problems))


def with_gaps(before: End, after: End, paths: PathsDiff) -> PathsDiff:
    """Return the differences with the layers that are missing or damaged; none of them where that leaves nothing."""
    if paths.is_shared:
        return paths
    ends = {"A": before, "B": after}
    gaps = tuple(f"of {name} {end.gap}" for name, end in ends.items() if end.gap)
    is_unknown = any(end.is_unknown for end in ends.values())
    return replace(paths, gaps=gaps, is_unknown=is_unknown, paths=() if is_unknown else paths.paths)


def path_problems(before: End, after: End, paths: PathsDiff) -> list[str]:
    """Return the problems that make it unknown whether paths differ."""
    if paths.is_shared:
        return []
    count = f"{count_noun(paths.unread, 'file')} {'was' if paths.unread == 1 else 'were'}"
    unread = [f"{count} not compared: {paths.problems[0]}"] if paths.unread and paths.problems else []
    return [*before.problems(), *after.problems(), *unread, *paths.not_inside]


def _check_presence(both: tuple[End, End], name: bytes, path: str | None) -> None:
    if not name or any(each.opened.cannot_tell(name) for each in both):
        return
    from ocitui.image.diff.version import version_at

    if all(version_at(each.side.stack, each.side.top, name) is None for each in both):
        titles = " nor in ".join(each.title for each in both)
        raise UsageError(f"diff: {printable(path or '')}: neither in {titles}")
