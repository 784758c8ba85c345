"""``ocitui inspect``: the documents of a place, one image's config, and its history against its layers."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.choice import take_image
from ocitui.commands.opened.place import Place, problems_of, report
from ocitui.commands.output import terminal
from ocitui.commands.output.json import write_json
from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.image import Image
from ocitui.image.selection import count_images, select_content
from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from ocitui.commands.inspect.template import Template
    from ocitui.image.documents.summary import Section

    # Generic for the type checker since click 8.4, and for no click before it.
    _ChoiceType = click.Choice[str]
else:
    _ChoiceType = click.Choice

SCHEMA = Path(__file__).with_name("inspect.schema.json")
"""The JSON Schema of what ``--json`` prints."""


def _print_schema(context: click.Context, _: click.Parameter, is_asked_for: bool) -> None:
    if is_asked_for and not context.resilient_parsing:
        click.echo(SCHEMA.read_text(), nl=False)
        context.exit()


class _FormatType(_ChoiceType):
    """One of the formats, or a template."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a word with braces as a template."""
        if "{{" in str(value):
            return str(value)
        if value not in self.choices:
            words = ", ".join(f"'{choice}'" for choice in self.choices)
            self.fail(f"{quote(str(value))} is not one of {words}, and no template like '{{{{.Digest}}}}'.", param, ctx)
        return super().convert(value, param, ctx)


@click.command()
@image_argument
@color_option
@platform_option
@json_option
@click.option(
    "--format",
    "format_",
    type=_FormatType(["text", "json", "dive"]),
    metavar="text|json|dive|TEMPLATE",
    help="What to print: text, what --json does, what dive --json writes, or fields of the image.",
)
@click.option("--raw", is_flag=True, help="Print the manifest or index that IMAGE names, to the byte.")
@click.option("--config", is_flag=True, help="Print the config of the image, to the byte.")
@click.option("--files", is_flag=True, help="With --json: every file of every layer, and of the final filesystem.")
@click.option("--referrers", is_flag=True, help="Ask a registry for what refers to the image: signatures, SBOMs.")
@click.option("--dockerfile", is_flag=True, help="Print the history as the Dockerfile that it would be.")
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of what --json prints.",
)
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    platform: Platform | None,
    as_json: bool,
    format_: str | None,
    raw: bool,
    config: bool,
    files: bool,
    referrers: bool,
    dockerfile: bool,
) -> int:
    """Print the documents, the config, and the history against the layers.

    All documents of the place are listed. The config and the history are those of the
    image for --platform, else for this machine, else of the first. No layer is read
    without --files, but for the first bytes of a Nydus bootstrap; what is already known of
    one, from the screen or from `ocitui ls`, is shown. With --format dive every layer is
    read, and nothing is printed where one cannot be.

    \b
    A TEMPLATE has {{.Field}}, {{json .Field}}, {{index .Field "key"}} or
    {{index .Field 0}} in it:
      .Tag .Digest .MediaType .Size .Platform .Layers .DiffIDs .Annotations
      .ConfigDigest .Created .Author .Os .Architecture .Variant, and what the
      config says of running it: .Config, .Config.User .ExposedPorts .Env
      .Entrypoint .Cmd .Volumes .WorkingDir .Labels .StopSignal .StopTimeout
      .Shell .OnBuild .Healthcheck .ArgsEscaped
    Lists and objects are JSON; what is not set is empty, and null as JSON.

    Exits with 2 where a document is damaged or missing, after printing what there is. Layers
    may be missing or of a wrong size, and what an index lists for other platforms may be
    missing: that is said, and ends with 0.
    """
    platform = chosen_platform(context, platform)
    as_json = as_json or format_ == "json"
    is_asked = {
        "--json": as_json,
        f"--format {printable(format_ or '')}": format_ not in (None, "text", "json"),
        "--dockerfile": dockerfile,
        "--config" if config else "--raw": config or raw,
    }
    first, *others = [*(option for option, is_given in is_asked.items() if is_given), ""]
    if len(others) > 1 or (as_json and format_ == "text"):
        raise UsageError(f"inspect: {first} and {others[0] or '--format text'} cannot be combined")
    if files and not as_json:
        raise UsageError("inspect: --files needs --json")
    if format_ == "dive" or files:
        return print_layers(image, platform, as_dive=format_ == "dive")
    template = None
    if format_ is not None and "{{" in format_:
        from ocitui.commands.inspect.template import Template  # which is seldom asked for

        template = Template.parse(format_)
    place = Place.open(image, platform, has_referrers=referrers)
    if template is not None:
        return print_fields(place, platform, template)
    if raw or config:
        from ocitui.commands.inspect.documents import print_config, print_raw

        return print_config(place, platform) if config else print_raw(place, platform)
    if as_json:
        return print_json(place, platform)
    return print_dockerfile(place, platform) if dockerfile else print_text(place, platform)


def print_layers(text: str, platform: Platform | None, *, as_dive: bool) -> int:
    """Read every layer, and print all files; return the exit code."""
    from ocitui.commands.opened.image import open_image

    with open_image(text, platform) as opened:
        if as_dive:
            from ocitui.commands.inspect.dive import print_as_dive

            return print_as_dive(opened)
        from ocitui.commands.inspect.files import print_with_files

        return print_with_files(opened)


def print_text(place: Place, platform: Platform | None) -> int:
    """Print everything as people read it; return the exit code."""
    from ocitui.commands.inspect.text import describe_image, describe_place

    chosen = choose_image(place, platform)
    for line in describe_place(place, chosen):
        terminal.write_line(line)
    if chosen is not None and chosen.is_artifact:
        from ocitui.commands.inspect.artifact import describe_artifact

        for line in describe_artifact(chosen, place.transport):
            terminal.write_line(line)
    elif chosen is not None:
        from ocitui.commands.opened.bases import bases_of

        others = max(0, count_images(place.start) - 1)
        for line in describe_image(chosen, others, bases_of(place, chosen), _contents(place, chosen)):
            terminal.write_line(line)
    return place.report_documents(place.start.walk(), place.top.problems)


def _contents(place: Place, image: Image) -> "list[Section]":
    """The main documents of an image that is more than an image: a Flatpak, a bottle."""
    from ocitui.image.documents.flavours import has_documents

    if not has_documents(image):
        return []
    from ocitui.image.artifacts.describe import describe_contents

    return describe_contents(image, place.transport)


def print_json(place: Place, platform: Platform | None) -> int:
    """Print everything as JSON; return the exit code."""
    from ocitui.commands.inspect.json import chosen_objects, place_object
    from ocitui.commands.opened.bases import bases_of

    chosen = choose_image(place, platform)
    write_json(
        {
            **place_object(place),
            **chosen_objects(chosen, place.transport, bases_of(place, chosen) if chosen is not None else ()),
        }
    )
    return place.report_documents(place.start.walk(), place.top.problems)


def print_fields(place: Place, platform: Platform | None, template: "Template") -> int:
    """Print a template filled with the fields of an image; return the exit code."""
    from ocitui.commands.inspect.template import fields_of

    image = take_image(place, platform)
    sys.stdout.write(template.write(fields_of(image)) + "\n")
    return report([*place.workaround, *_document_problems(image)])


def print_dockerfile(place: Place, platform: Platform | None) -> int:
    """Print the history of an image as a Dockerfile; return the exit code."""
    from ocitui.image.documents.dockerfile import dockerfile

    image = take_image(place, platform)
    for line in dockerfile(image):
        text = printable(line.text.expandtabs(4))
        terminal.write_line(terminal.dim(text) if line.is_remark else text)
    return report([*place.workaround, *_document_problems(image)])


def _document_problems(image: Image) -> Iterator[str]:
    """Yield the problems of the manifest and of the config."""
    for node in (image.node, image.config_node):
        if node is not None:
            yield from problems_of(node)


def choose_image(place: Place, platform: Platform | None) -> Image | None:
    """The image, or the artifact, to say everything of; None where there is none and none was asked for.

    Raises:
        UsageError: there is no image for the platform that was asked for.
    """
    try:
        return select_content(place.start, platform)
    except UsageError:
        if platform is not None:
            raise
        return None
