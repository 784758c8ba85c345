"""``ocitui which``: which layers touched a path, and which one has it now."""

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

import click

from ocitui.commands.arguments import (
    PathType,
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.document import config_problems
from ocitui.commands.opened.image import OpenImage, open_image
from ocitui.commands.opened.place import report
from ocitui.commands.which.text import write_answers, write_one_line_each
from ocitui.errors import NotFoundError, OcituiError, UsageError
from ocitui.image.filesystem.filesystem import Follow
from ocitui.image.glob import is_glob
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.provenance import Answer, Inside, Provenance, find_provenance
from ocitui.image.merged.timeline import compare_timeline, needs_contents
from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.entry import MARK
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.pathnames import components
from ocitui.spec.platform import Platform

_EXIT_CODES = {Answer.PRESENT: 0, Answer.DELETED: 1, Answer.NEVER: 1, Answer.UNKNOWN: 2}


@click.command()
@image_argument
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=PathType())
@click.option("--all", "is_whole", is_flag=True, help="Print a line for every layer, however many did the same.")
@click.option(
    "--oneline", is_flag=True, help="Print one line for each path: path, layer, status, instruction; tabs between them."
)
@color_option
@platform_option
@json_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    paths: tuple[str, ...],
    is_whole: bool,
    oneline: bool,
    platform: Platform | None,
    as_json: bool,
) -> int:
    """Show which layers touched a path, and which one has it now.

    The first line of each path says what became of it. Below that is a line for each
    layer that added, changed or deleted it: the layer's number and digest, what it did,
    the size and mode it left, and the instruction. Of very many layers those in the
    middle that did the same share a line. A PATH may be a pattern: `*` and `?` stand for
    characters of a name, `[a-z]` for one of a set, `**` for any number of folders; it
    finds deleted files too.

    Of a path in an archive (`/app.war!/WEB-INF/web.xml`) they are the layers that touched
    the archive, with a line for what is at the path in it now; a pattern may stand there,
    and before the `!`: `'/*.war!/**/*.xml'`.

    With --oneline the layer and the status are those of the last change: added,
    re-added, modified, rewritten or deleted; without a layer never or unknown.

    Exits with 0 where every path is in the final filesystem, with 1 where one is not,
    and with 2 where that is unknown: a layer that may have changed it, or the one
    that has it, is missing, damaged, encrypted or of an unknown media type. It also
    ends with 2 where the config is damaged, which the instructions are from, and where
    an archive is, which a path goes into.
    """
    if oneline and (as_json or is_whole):
        raise UsageError(f"which: --oneline and {'--json' if as_json else '--all'} cannot be combined")
    platform = chosen_platform(context, platform)
    with open_image(image, platform, lists_first=True) as opened, opened.answering():
        found = [answer for path in paths for answer in answers(opened, os.fsencode(path))]
        if any(needs_contents(answer.timeline) for answer in found):
            found = [settled(answer, opened.contents) for answer in found]
        problems_of_config = config_problems(opened.image)
        problems = [*opened.all_problems(), *problems_of_config]
        if as_json:
            from ocitui.commands.which.json import write_answers_json

            write_answers_json(opened, found, problems)
        elif oneline:
            write_one_line_each(opened, found)
        else:
            write_answers(opened, found, is_whole=is_whole)
        report(problems)
    is_doubtful = bool(opened.place.workaround or problems_of_config)
    if any(MARK in os.fsencode(path) for path in paths):  # what was asked for may be in what cannot be read
        is_doubtful = is_doubtful or bool(opened.contents.archive_problems)
    codes = (_EXIT_CODES[each.answer] or (0 if each.is_present else 1) for each in found)
    return 2 if is_doubtful else max(codes)


def answers(opened: OpenImage, path: bytes) -> list[Provenance]:
    """Return the history of a path, or of all matches of a pattern, which stands for itself where it has none."""
    parts, _ = components(path)
    name = b"/".join(parts)
    itself = find_provenance(opened.stack, name, opened.problems)
    if not itself.timeline.changes and MARK in name and (archive := _in_archive(opened, parts)) is not None:
        return _matches_in_archive(opened, name, archive) or [archive]
    if not is_glob(name.decode("utf-8", "surrogateescape")):
        return [itself]
    from ocitui.image.merged.matching import matching_paths

    matches = matching_paths(opened.stack, name)
    others = [find_provenance(opened.stack, match, opened.problems) for match in matches]
    if inside := _in_matching_archives(opened, name, set(matches)):
        others = sorted([*others, *inside], key=lambda each: each.inside.path if each.inside else each.asked)
    if not others or (itself.timeline.changes and name not in matches):  # a name with the signs of a glob in it
        return [itself, *others]
    return others


def _in_archive(opened: OpenImage, parts: list[bytes]) -> Provenance | None:
    """Return the history of the archive that a path goes into, and what the path leads to in it; None for no archive.

    Raises:
        OcituiError: the archive cannot be opened.
    """
    path = b"/".join(parts)
    for end in range(1, len(parts) + 1):
        if not parts[end - 1].endswith(MARK):
            continue
        outer = find_provenance(opened.stack, b"/".join(parts[:end]).removesuffix(MARK), opened.problems)
        if not outer.timeline.changes:
            continue
        entry = None
        if outer.answer is Answer.PRESENT:
            name = b"/".join(parts[:end]).removesuffix(MARK)
            outer = _history_of_archive(opened, name)
            try:
                entry = opened.files.at(path).entry
            except NotFoundError:
                pass
            except ArchiveError:
                if not is_glob(path.decode("utf-8", "surrogateescape")):
                    raise  # of a pattern, what can be read may match
        return replace(outer, inside=Inside(path, entry))
    return None


def _in_matching_archives(opened: OpenImage, glob: bytes, known: Collection[bytes]) -> list[Provenance]:
    """Return the history of each archive of the final filesystem that a pattern matches and finds something in.

    Where there is none, they are those that a layer deleted, of which nobody knows what was in them.

    Args:
        opened: the image.
        glob: the pattern; it has no history of its own.
        known: the paths that match without an archive, which need no other answer.

    Raises:
        ArchiveError: nothing matches, and an archive that may have matches cannot be read.
    """
    parts = glob.split(b"/")
    end = next((number for number, part in enumerate(parts, 1) if part.endswith(MARK)), 0)
    if not end:
        return []
    found: list[Provenance] = []
    histories: dict[bytes, Provenance] = {}
    for each in opened.matching(glob).found:
        if each.archive is None or each.path in known:
            continue
        if each.archive not in histories:
            histories[each.archive] = _history_of_archive(opened, each.archive)
        found.append(replace(histories[each.archive], inside=Inside(each.path, each.found.entry)))
    if found or known:
        return found
    from ocitui.image.merged.matching import matching_paths

    archives = matching_paths(opened.stack, b"/".join(parts[:end]).removesuffix(MARK))
    histories = {path: find_provenance(opened.stack, path, opened.problems) for path in archives}
    rest = b"/".join([MARK, *parts[end:]])
    return [replace(each, inside=Inside(path + rest, None)) for path, each in histories.items() if each.is_deleted]


def _history_of_archive(opened: OpenImage, name: bytes) -> Provenance:
    """Return the history of an archive, or of the one that a link leads to: another layer may have it."""
    with suppress(NotFoundError, UsageError):
        if opened.files.at(name).entry.kind is EntryKind.SYMLINK:
            name = opened.files.at(name, Follow.ALWAYS).path
    return find_provenance(opened.stack, name, opened.problems)


def _matches_in_archive(opened: OpenImage, glob: bytes, archive: Provenance) -> list[Provenance]:
    """Return the history of an archive once more for each path in it that matches a pattern; none for a plain path.

    Args:
        opened: the image.
        glob: the pattern, which goes into the archive before its first sign of one.
        archive: what `_in_archive` says of it.

    Raises:
        ArchiveError: the archive cannot be opened; or nothing matches, and not all of it can be read.
    """
    assert archive.inside is not None
    if archive.inside.entry is not None or not is_glob(glob.decode("utf-8", "surrogateescape")):
        return []
    matches = opened.matching(glob).found
    if not matches:
        with suppress(NotFoundError):
            opened.files.at(glob)
    return [replace(archive, inside=Inside(each.path, each.found.entry)) for each in matches]


def settled(answer: Provenance, reader: ContentReader) -> Provenance:
    """The answer with contents compared where only that tells what changed; as it is where they cannot be read."""
    try:
        return replace(answer, timeline=compare_timeline(answer.timeline, reader))
    except OcituiError:
        return answer
