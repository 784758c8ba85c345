"""``ocitui`` itself: its options, and which command a word stands for."""

import importlib
import os
from typing import TYPE_CHECKING, Any

import click

from ocitui import __version__
from ocitui.commands.arguments import color_option, mouse_option, platform_option
from ocitui.display import quote
from ocitui.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {
    "inspect": "Documents, config, and history against layers, as text.",
    "tags": "List the names of the images in a place, or the tags of a repository.",
    "digest": "Print the digest of an image's manifest.",
    "history": "Print which instruction made which layer.",
    "ls": "List the files of an image, or of one layer.",
    "which": "Show which layers touched a path, and which one has it now.",
    "find": "Search all layers at once: paths, sizes, types, contents.",
    "waste": "Show wasted space: bytes that the final filesystem does not show.",
    "ci": "Check an image against rules, for CI; reads .dive-ci too.",
    "cat": "Print a file.",
    "file": "Say what a file is: its kind, what a program needs and is built from.",
    "attestations": "Show what is attested: how it was built, and its SBOM.",
    "signatures": "Show who claims to have signed the image; checks nothing.",
    "blob": "Print the bytes of a blob, checked against its digest.",
    "diff": "Compare two images, platforms or layers, or a path in them.",
    "verify": "Say whether everything is intact: digests, sizes, diff IDs, entries.",
    "extract": "Write files and folders to disk.",
    "export": "Write the final filesystem as a tar.",
    "cache": "Show or clear the layer cache.",
    "serve": "Show an image in a browser: the same screen, on this machine.",
    "keys": "Print a settings file with all keys, to change them.",
    "demo": "Look at a generated sample image.",
    "completion": "Print a completion script for bash, zsh or fish.",
    "help": "Show the help of a command.",
}
"""Each with what it does: help need not import them."""

_FOLDERS = {"attestations", "ci", "diff", "file", "find", "inspect", "ls", "signatures", "verify", "waste", "which"}
"""The commands that are folders; the rest are one module each."""

_CLOSE = 0.75
"""The likeness, of 1, from which a word is taken for a misspelled command."""


class CommandGroup(click.Group):
    """Imports a command when it is used; a word that is no command is an image to open."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module = f"{cmd_name}.command" if cmd_name in _FOLDERS else cmd_name
        command = importlib.import_module(f"ocitui.commands.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names, else the one that opens an image."""
        if args and args[0] not in _COMMANDS:
            near = _near_command(args[0])
            if near:
                raise UsageError(f"no command {quote(args[0])}, and no such file; did you mean `{near}`?")
            from ocitui.commands.open import command

            return "", command, args
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Commands, and files: an image may stand where a command may."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        found = [CompletionItem(name, help=text) for name, text in _COMMANDS.items() if name.startswith(incomplete)]
        # Not empty, since zsh's script drops what is empty and then takes one line for another.
        return [CompletionItem(incomplete or "./", type="file"), *found]


def _near_command(word: str) -> str:
    """Return what a misspelled command was meant to be; empty for what may be an image."""
    if not word.isalpha() or os.path.lexists(word):
        return ""
    if word == "version":
        return "ocitui --version"
    import difflib

    near = difflib.get_close_matches(word.lower(), _COMMANDS, 1, _CLOSE)
    return f"ocitui {near[0]}" if near else ""


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="IMAGE | COMMAND [ARGS]...",
)
@platform_option
@color_option
@mouse_option
@click.version_option(__version__, "-V", "--version", prog_name="ocitui", message="%(prog)s %(version)s")
@click.pass_context
def commands(context: click.Context, /, **options: Any) -> int:
    """Look inside OCI container images.

    \b
    ocitui                          lists images found nearby, to choose from
    ocitui ./local_nginx            opens an image layout on the screen
    ocitui ./local_nginx:latest     starts at one of its tags
    ocitui ./image.tar.gz           opens what docker save or podman save wrote
    docker save nginx | ocitui -    opens an archive from a pipe
    ocitui docker-daemon:nginx      opens an image of docker; podman:, containers-storage:
    ocitui demo                     opens a generated sample image

    Without a terminal, the same is printed as text.
    """
    if context.invoked_subcommand is None:
        from ocitui.commands.open import has_screen, start_screen

        if has_screen():
            return start_screen(options["platform"], mouse=not options["no_mouse"])
        click.echo(context.get_help())
    return 0
