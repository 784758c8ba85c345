"""``ocitui diff``: two images, two platforms, two layers; or one path in them."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from ocitui.commands.arguments import (
    ImageType,
    LayerType,
    PathType,
    PlatformType,
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    registry_options,
)
from ocitui.commands.diff.sides import Ends, Wanted
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.diff.images import Section
from ocitui.image.merged.changes import Aspect
from ocitui.spec.platform import Platform


class OtherType(PathType):
    """The other image, or a path: the shell completes files, and after ``--layer`` paths of the layers."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Offer the images or paths that may follow."""
        if ctx.params.get("layers") or len(ctx.params.get("platforms") or ()) == 2 or ctx.params.get("others"):
            return super().shell_complete(ctx, param, incomplete)
        return ImageType().shell_complete(ctx, param, incomplete)


def _words(known: Sequence[str]) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], list[str]]:
    """Reads words that stand after commas, or in several options of one name."""

    def read(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> list[str]:
        words = [word for text in given for word in text.split(",") if word]
        for word in words:
            if word not in known:
                raise UsageError(f"--{option.name} {printable(word)}: must be one of {', '.join(known)}")
        return words

    return read


def _offers(known: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return the completion for `_words`."""

    def offer(context: click.Context, option: click.Parameter, incomplete: str) -> list[str]:
        before, comma, word = incomplete.rpartition(",")
        return [before + comma + each for each in known if each.startswith(word)]

    return offer


_SECTIONS = [section.value for section in Section]
_ASPECTS = [aspect.value for aspect in Aspect if aspect is not Aspect.TYPE]


@click.command()
@image_argument
@click.argument("others", metavar="[IMAGE] [PATH]", nargs=-1, type=OtherType())
@click.option(
    "--layer",
    "layers",
    type=LayerType(),
    metavar="N|DIGEST",
    multiple=True,
    help="Of one image: after which layer; once for what that layer changed, twice for any two.",
)
@click.option(
    "--platform",
    "platforms",
    type=PlatformType(),
    metavar="OS/ARCH[/VARIANT]",
    multiple=True,
    help="Once: of both images. Twice: two platforms of one image.",
)
@click.option("-u", "--unified", is_flag=True, help="After the list, the lines of the text files that differ.")
@click.option("--stat", is_flag=True, help="Print only numbers, for each section and each top folder.")
@click.option(
    "--only",
    metavar="SECTION,…",
    multiple=True,
    callback=_words(_SECTIONS),
    shell_complete=_offers(_SECTIONS),
    help=f"Of {', '.join(_SECTIONS)}.",
)
@click.option(
    "--ignore",
    metavar="WHAT,…",
    multiple=True,
    callback=_words(_ASPECTS),
    shell_complete=_offers(_ASPECTS),
    help=f"What does not count: {', '.join(_ASPECTS)}; with time also the moments in config and history.",
)
@click.option("--quick", is_flag=True, help="Treat files of the same size and time as unchanged, unread.")
@click.option("--nested", is_flag=True, help="Compare archives that differ inside too: jar, zip, tar, deb, …")
@color_option
@json_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    others: tuple[str, ...],
    layers: tuple[str, ...],
    platforms: tuple[Platform, ...],
    unified: bool,
    stat: bool,
    only: list[str],
    ignore: list[str],
    quick: bool,
    nested: bool,
    as_json: bool,
) -> int:
    """Compare two images, or two states of one.

    \b
    ocitui diff A B                          two images, wherever each is
    ocitui diff A B PATH                     one path in both
    ocitui diff IMAGE --platform P --platform Q [PATH]
                                             two platforms of one index
    ocitui diff IMAGE --layer N --layer M [PATH]
                                             the layers up to N, and up to M
    ocitui diff IMAGE --layer N [PATH]       what layer N changed

    With --layer, or two --platform, there is one image, and what follows it is a path;
    else what follows it is the other image, and then a path.

    Of two images it says which layers they share (by digest, or the same content in different compression),
    which fields of the config and which entries of the history differ, and which paths were
    added (+), removed (-) or modified (~), in what. Of a path it says in what it differs,
    and text is printed as a unified diff.

    With --nested, archives that differ (by their names they are archives) are compared inside,
    and archives in them: /app.war!/WEB-INF/lib/x.jar!/x.class. The totals do not count these.
    PATH may go into an archive itself, with a `!` behind its name: `/app.war!/WEB-INF`; what is
    there, and below it, is compared so too.

    Exits with 0 where nothing differs (layers that differ only in compression are the
    same), with 1 where something does, and with 2 where that is unknown: a layer that
    may matter is missing, damaged or cannot be opened, or a file cannot be read.
    """
    if stat and (as_json or unified):
        raise UsageError(f"diff: --stat and {'--json' if as_json else '--unified'} cannot be combined")
    sides, path = _sides(context, image, others, layers, platforms)
    wanted = Wanted(
        sections=frozenset(map(Section, only or _SECTIONS)) if path is None else frozenset({Section.PATHS}),
        ignored=frozenset(map(Aspect, ignore)),
        is_quick=quick,
        is_unified=unified,
        is_nested=nested,
    )
    if path is not None and only:
        raise UsageError(f"diff: --only and a path cannot be combined: {printable(path)}")
    if path is not None and not (as_json or stat or nested):
        from ocitui.commands.diff.path import compare_path

        return compare_path(sides, path, wanted)
    from ocitui.commands.diff.images import compare_images

    return compare_images(sides, path, wanted, as_json=as_json, is_stat=stat)


def _sides(
    context: click.Context,
    image: str,
    others: tuple[str, ...],
    layers: tuple[str, ...],
    platforms: tuple[Platform, ...],
) -> tuple[Ends, str | None]:
    """Return the two states to compare, and the path; see the help."""
    if len(layers) > 2:
        raise UsageError(f"diff: --layer can be given once or twice, not {len(layers)} times")
    if len(platforms) > 2:
        raise UsageError(f"diff: --platform can be given once or twice, not {len(platforms)} times")
    if layers and len(platforms) == 2:
        raise UsageError("diff: --layer and two --platform cannot be combined")
    platform = chosen_platform(context, platforms[0] if platforms else None)
    if layers or len(platforms) == 2:
        why = "--layer" if layers else "two --platform"
        if len(others) > 1:
            raise UsageError(f"diff: {why} takes one image and at most one path, not {len(others)} more")
        ends = Ends(image, image, layers, *(platforms if len(platforms) == 2 else (platform, platform)))
        return ends, others[0] if others else None
    if not others:
        raise UsageError("diff: name a second image, --layer, or --platform twice")
    if len(others) > 2:
        raise UsageError(f"diff: takes two images and at most one path, not {len(others) + 1} arguments")
    return Ends(image, others[0], (), platform, platform), others[1] if len(others) == 2 else None
