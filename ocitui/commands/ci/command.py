"""``ocitui ci``: rules that an image has to keep, and whether it does."""

import sys
from pathlib import Path

import click

from ocitui.commands.arguments import (
    ImageType,
    chosen_platform,
    color_option,
    image_argument,
    platform_option,
    registry_options,
)
from ocitui.commands.ci.report import FORMATS, Report, defuse, render
from ocitui.commands.ci.settings import Settings, find_settings
from ocitui.commands.ci.text import coloured
from ocitui.commands.opened.image import OpenImage, open_image
from ocitui.commands.opened.place import problems_of, remark, report
from ocitui.commands.output import terminal
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.dive.efficiency import measure_efficiency
from ocitui.image.gate.subject import Subject
from ocitui.image.gate.verdict import Verdict
from ocitui.image.glob import PathGlobs
from ocitui.image.image import Image
from ocitui.image.squash.layer_names import LayerNames
from ocitui.image.words import artifact_text
from ocitui.spec.platform import Platform

_AUTO = "auto"
"""In place of a base image: the nearest one that is known."""


@click.command()
@image_argument
@click.option("--config", metavar="FILE", type=click.Path(path_type=Path), help="Settings: .toml is ours, else dive's.")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", help="What to write.")
@click.option("-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write it to a file.")
@click.option(
    "--base",
    metavar="IMAGE|auto",
    type=ImageType(),
    help="The base image that max-growth is counted from; auto is the one that is known.",
)
@click.option("--lowestEfficiency", "lowest_efficiency", metavar="RATIO", help="As dive has it: from 0 to 1.")
@click.option("--highestWastedBytes", "highest_wasted_bytes", metavar="SIZE", help="As dive has it: 20MB.")
@click.option("--highestUserWastedPercent", "highest_user_wasted", metavar="RATIO", help="As dive has it: from 0 to 1.")
@color_option
@platform_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    config: Path | None,
    format_: str,
    target: Path | None,
    base: str | None,
    lowest_efficiency: str | None,
    highest_wasted_bytes: str | None,
    highest_user_wasted: str | None,
    platform: Platform | None,
) -> int:
    """Check an image against rules, for CI.

    The rules are those of --config, else of `.ocitui.toml` in the current folder, else of
    `.dive-ci`, else dive's defaults. The three options that dive has too override
    the file. With -o a file gets the result, and what is printed is the text.

    Exits with 1 where a rule is broken, and with 2 where the image cannot be judged: it is
    missing, damaged or incomplete, or the settings cannot be understood.
    """
    given = {
        "lowestEfficiency": lowest_efficiency,
        "highestWastedBytes": highest_wasted_bytes,
        "highestUserWastedPercent": highest_user_wasted,
    }
    settings = find_settings(config, {key: value for key, value in given.items() if value is not None}, base)
    platform = chosen_platform(context, platform)
    with open_image(image, platform, must_read=True) as opened:
        if opened.image.is_artifact:
            raise UsageError(f"ci: {printable(image)} is {artifact_text(opened.image.node)}: the rules are for images")
        problems, verdicts = _judge(opened, settings, platform)
    found = Report(opened.place, opened.image, settings.source, tuple(verdicts), tuple(problems))
    if target is not None:
        _write(target, render(found, format_))
        format_ = "text"
    for line in render(found, format_).removesuffix("\n").split("\n"):
        terminal.write_line(coloured(line) if format_ == "text" else line)
    if problems and format_ == "text" and sys.stdout.isatty() and sys.stderr.isatty():
        return 2  # the same terminal has them already
    if problems:
        # The doubts were said when the image was opened.
        return report(defuse(printable(each), "text") for each in problems if each not in opened.place.doubts) or 2
    return 1 if found.failed else 0


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{printable(str(target))}: cannot be written: {error.strerror}") from None


def _judge(opened: OpenImage, settings: Settings, platform: Platform | None) -> tuple[list[str], list[Verdict]]:
    """Return the problems that keep the image from being judged, or the verdicts."""
    problems = [*opened.place.doubts, *_problems_of_documents(opened.image), *opened.all_problems()]
    base_size = None
    if settings.gate.wants_base:
        base_problems, base_size = _base(opened, settings, platform or opened.image.platform)
        problems += base_problems
    if problems:
        return problems, []
    subject = _subject(opened, settings, base_size)
    return [], [rule.judge(subject) for rules in settings.gate.rules.values() for rule in rules]


def _problems_of_documents(image: Image) -> list[str]:
    nodes = (image.node, image.config_node)
    found = [problem for node in nodes if node is not None for problem in problems_of(node)]
    return found if found or image.config is not None else ["the image has no config that can be read"]


def _subject(opened: OpenImage, settings: Settings, base_size: int | None) -> Subject:
    names = [LayerNames(layer.number, layer.index) for layer in opened.stack.layers if layer is not None]
    efficiency = measure_efficiency(names)
    ignored = settings.gate.ignored
    if ignored:
        globs = PathGlobs(ignored)
        efficiency = efficiency.without(lambda path: globs.cover(path.lstrip(b"/")))
    return Subject(opened.image, opened.stack, efficiency, ignored, base_size)


def _base(opened: OpenImage, settings: Settings, platform: Platform | None) -> tuple[list[str], int]:
    """Return the problems of the base image, and the size of its layers in bytes, unpacked."""
    text = settings.gate.base
    if not text:
        raise UsageError(f"{settings.source}: max-growth needs a base image: base beside it, or --base")
    if text == _AUTO:
        from ocitui.image.known_bases import base_text, nearest_base

        known = nearest_base(opened.image, opened.place.top, opened.place.transport)
        remark(f"base image: {base_text(known)}")
        own = opened.stack.layers[: known.layers]
        return [], sum(layer.index.summary.unpacked_size or 0 for layer in own if layer is not None)
    try:
        base = open_image(text, platform, must_read=True)
    except UsageError as error:
        raise UsageError(f"base image {printable(text)}: {error}") from None
    with base:
        if base.image.is_artifact:
            raise UsageError(f"base image {printable(text)}: is {artifact_text(base.image.node)}, and no image")
        sizes = [layer.index.summary.unpacked_size or 0 for layer in base.stack.layers if layer is not None]
        return [f"base image: {problem}" for problem in base.all_problems()], sum(sizes)
