"""``ocitui find``: search all layers of an image at once."""

import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.find.output import write_hits, write_json_hits, write_paths
from ocitui.commands.opened.contents_to_fetch import expect_search, reads_all_contents
from ocitui.commands.opened.image import OpenImage, open_image
from ocitui.commands.opened.place import remark, report
from ocitui.errors import UsageError
from ocitui.image.search.query import SYNTAX, Query, parse_query
from ocitui.image.search.search import Search
from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from ocitui.image.search.hit import Hit
    from ocitui.image.search.nested import NestedSearch

_OWN_OPTIONS = {"-0", "-h"}


class _FindCommand(click.Command):
    """Takes ``-word`` as a part of the query, as it is typed on the screen."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line; what begins with one ``-`` and is no option of this command negates what follows."""
        end = args.index("--") if "--" in args else len(args)
        words = [f"!{arg[1:]}" if _negates(arg) else arg for arg in args[:end]]
        return super().parse_args(ctx, [*words, *args[end:]])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what a query may hold."""
        with formatter.section("Queries"):
            formatter.write_dl(SYNTAX)


def _negates(argument: str) -> bool:
    return argument[:1] == "-" and argument[1:2] not in ("", "-") and argument not in _OWN_OPTIONS


@click.command(cls=_FindCommand)
@image_argument
@click.argument("query", nargs=-1, required=True)
@click.option("-0", "--null", is_flag=True, help="Print only paths, and end each with a zero byte.")
@click.option("--nested", is_flag=True, help="Search archives too, and the archives in them: jar, zip, tar, deb, …")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N hits.")
@color_option
@json_option
@platform_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    query: tuple[str, ...],
    null: bool,
    nested: bool,
    limit: int | None,
    as_json: bool,
    platform: Platform | None,
) -> int:
    """Search all layers at once, deleted files among them.

    Prints for each entry that matches its layer, what layers did to it, its size and its
    path, and the line where contents were searched. In a pipe the columns are separated
    by tabs and paths are the exact bytes; on a terminal control characters are escaped.

    With --nested archives are searched too, and archives in them: files whose names say
    that they are one. A path goes into an archive with a `!`: `/app.war!/lib/x.jar`.

    Exits with 1 where nothing was found, and with 2 where a layer or an archive cannot be
    searched, after searching the others.
    """
    if as_json and null:
        raise UsageError("find: --json and -0 cannot be combined")
    wanted = parse_query(" ".join(query))
    if wanted.is_empty:
        raise UsageError("find: there is nothing to search for")
    reads_all = reads_all_contents(wanted)
    with open_image(image, chosen_platform(context, platform), reads_all=reads_all) as opened:
        search = Search(wanted, opened.stack, opened.contents)
        if (reads_all or nested) and limit is None:
            expect_search(opened, wanted)
        searches: list[Search | NestedSearch] = [search]
        if nested:
            from ocitui.image.search import nested as archives  # with all that unpacks them

            searches.append(archives.NestedSearch(wanted, opened.stack, opened.contents))
        hits = _Counted(islice(chain.from_iterable(each.run() for each in searches), limit))
        problems = _Problems(opened, wanted, searches)
        sys.stdout.flush()
        if as_json:
            write_json_hits(opened, wanted, hits, problems)
        elif null:
            write_paths(hits)
        else:
            write_hits(hits)
        code = report(problems()) or (0 if hits.count else 1)
        if code == 1 and not nested and any("!/" in word.rstrip("/") for word in query):
            remark("find: paths in archives are found with --nested")
        return code


class _Counted:
    """Hits, and how many there were."""

    def __init__(self, hits: "Iterator[Hit]") -> None:
        self._hits = hits
        self.count = 0

    def __iter__(self) -> "Iterator[Hit]":
        for hit in self._hits:
            self.count += 1
            yield hit


class _Problems:
    """The problems of the place and of the layers that are searched; of contents only after the search."""

    def __init__(self, opened: OpenImage, query: Query, searches: "Sequence[Search | NestedSearch]") -> None:
        self._opened = opened
        self._query = query
        self._searches = searches

    def __call__(self) -> list[str]:
        """All of them."""
        allowed = [number for number in range(1, len(self._opened.stack) + 1) if self._query.allows_layer(number)]
        # A layer above those that are searched may have deleted what is found in them.
        numbers = [number for number in self._opened.problems if allowed and number >= allowed[0]]
        found = [problem for search in self._searches for problem in search.problems]
        return [*dict.fromkeys([*self._opened.all_problems(tuple(numbers)), *found])]
