"""Arguments and options that several commands take, and how a shell completes them."""

from typing import TYPE_CHECKING, Any, TypeVar

import click

from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    # Generic for the type checker since click 8.4, and for no click before it.
    _TextType = click.ParamType[str]
    _PlatformType = click.ParamType[Platform]
else:
    _TextType = _PlatformType = click.ParamType

_Command = TypeVar("_Command", bound=Any)

_COLORS = ("auto", "always", "never")


def _item(value: str, **attributes: Any) -> "CompletionItem":
    from click.shell_completion import CompletionItem  # not needed by a command that runs

    return CompletionItem(value, **attributes)


class ImageType(_TextType):
    """A reference to an image: the shell completes its path."""

    name = "image"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Let the shell complete files and folders."""
        return [_item(incomplete, type="file")]


class PlatformType(_PlatformType):
    """``os/arch[/variant]``; the shell completes those of the image."""

    name = "platform"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Platform:
        """Read a platform, or raise `UsageError`."""
        return value if isinstance(value, Platform) else Platform.parse(str(value))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """The platforms of the image that stands on the line."""
        from ocitui.commands.candidates import platforms

        return [_item(name) for name in platforms(ctx) if name.startswith(incomplete)]


class LayerType(_TextType):
    """A layer's number or the beginning of its digest; the shell completes the numbers."""

    name = "layer"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """The numbers of the image's layers, with what made them."""
        from ocitui.commands.candidates import layers

        return [_item(name, help=text) for name, text in layers(ctx) if name.startswith(incomplete)]


class DigestType(_TextType):
    """A digest or its beginning; the shell completes those of the place."""

    name = "digest"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """The digests of the blobs that are in the place."""
        from ocitui.commands.candidates import digests

        return [_item(digest) for digest in digests(ctx, incomplete)]


class PathType(_TextType):
    """A path in a layer; the shell completes those of a layer that was read before."""

    name = "path"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Offer the entries of the folder that is being typed."""
        from ocitui.commands.candidates import paths

        return [_item(path) for path in paths(ctx, incomplete)]


def image_argument(command: _Command) -> _Command:
    """``IMAGE``: where it is, and which of the place's images."""
    return click.argument("image", type=ImageType())(command)


def platform_option(command: _Command) -> _Command:
    """``--platform``, which may stand before or after the command's name."""
    return click.option(
        "--platform",
        type=PlatformType(),
        metavar="OS/ARCH[/VARIANT]",
        help="The image for this platform (default: this machine).",
    )(command)


def registry_options(command: _Command) -> _Command:
    """The options of images in registries, named as skopeo names them; see `ocitui.commands.opened.registry`."""
    for option in reversed((*_SECRET_OPTIONS, *_REGISTRY_OPTIONS)):
        command = option(command)
    return command


def registry_options_without_secrets(command: _Command) -> _Command:
    """Those of `registry_options` that are no secrets: what a process is started with, anybody can read."""
    for option in reversed(_REGISTRY_OPTIONS):
        command = option(command)
    return command


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keep an option of registries that was given with the context, for whoever opens an image."""
    if value or (value is False and option.name == "tls_verify"):
        from ocitui.commands.opened.registry import OPTIONS

        context.meta.setdefault(OPTIONS, {})[option.name] = value


_SECRET_OPTIONS = (
    click.option(
        "--creds",
        metavar="USER[:PASSWORD]",
        expose_value=False,
        callback=_keep,
        help="Of docker:// images: log in to the registry with these.",
    ),
    click.option(
        "--registry-token",
        metavar="TOKEN",
        expose_value=False,
        callback=_keep,
        help="Send this bearer token to the registry.",
    ),
)

_REGISTRY_OPTIONS = (
    click.option(
        "--no-creds",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Look for no credentials, and ask no helper.",
    ),
    click.option(
        "--authfile",
        metavar="FILE",
        type=click.Path(),
        expose_value=False,
        callback=_keep,
        help="The only file of credentials to read ($REGISTRY_AUTH_FILE).",
    ),
    click.option(
        "--tls-verify",
        type=bool,
        metavar="BOOL",
        expose_value=False,
        callback=_keep,
        help="false: check no certificates, and speak plain HTTP where there is no TLS.",
    ),
    click.option(
        "--cert-dir",
        metavar="DIR",
        type=click.Path(),
        expose_value=False,
        callback=_keep,
        help="Certificates and keys (*.crt, *.cert, *.key), in place of certs.d.",
    ),
    click.option(
        "--yes",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Fetch more than 100 MB from a registry without asking (fetch_without_asking in settings.toml).",
    ),
)


def mouse_option(command: _Command) -> _Command:
    """``--no-mouse``, which may stand before or after the image."""
    return click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal, for selecting text.")(
        command
    )


def is_mouse_off(context: click.Context) -> bool:
    """True if ``--no-mouse`` stands before the command or the image."""
    return bool(context.parent is not None and context.parent.params.get("no_mouse"))


def json_option(command: _Command) -> _Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


def color_option(command: _Command) -> _Command:
    """``--color``, which may stand before or after the command's name; see `ocitui.commands.output.styled`."""
    return click.option(
        "--color",
        type=click.Choice(_COLORS),
        expose_value=False,
        callback=_use_color,
        help="Colours: auto (on a terminal, unless NO_COLOR is set), always, or never.",
    )(command)


def _use_color(context: click.Context, _: click.Parameter, when: str | None) -> None:
    if when is not None:
        context.color = {"always": True, "never": False}.get(when)


def chosen_platform(context: click.Context, platform: Platform | None) -> Platform | None:
    """The platform that was asked for, after the command's name or before it."""
    if platform is None and context.parent is not None:
        platform = context.parent.params.get("platform")
    return platform
