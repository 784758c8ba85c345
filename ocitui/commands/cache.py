"""``ocitui cache``: what is kept of layers that were read."""

import re

import click

from ocitui.cache_folder import CacheUsage
from ocitui.commands.arguments import color_option, json_option
from ocitui.commands.opened.layer_index import layer_cache
from ocitui.commands.output import terminal
from ocitui.commands.output.json import SCHEMA_VERSION, write_json
from ocitui.commands.output.styled import join
from ocitui.display import count_noun, format_count, format_size, printable
from ocitui.errors import UsageError

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@click.command()
@click.option("--clear", is_flag=True, help="Remove everything.")
@click.option("--prune", metavar="SIZE", help="Shrink to SIZE (500MB, 1GiB), least recently used first.")
@color_option
@json_option
def command(clear: bool, prune: str | None, as_json: bool) -> int:
    """Show where the indexes of layers are kept, and how much they take.

    An index lets a layer open at once the next time; so do a table of what an archive
    holds, an unpacked copy of one that is compressed, and the manifests and configs of
    registries, with copies of blobs where a server sends nothing but whole ones. All of it can be made again,
    so that nothing is lost when it is removed.
    """
    if clear and prune is not None:
        raise UsageError("cache: --clear and --prune cannot be combined")
    cache = layer_cache()
    removed = CacheUsage()
    if clear:
        removed = cache.clear()
    elif prune is not None:
        removed = cache.prune(read_size(prune))
    usage = cache.usage()
    if as_json:
        write_json(
            {
                "schemaVersion": SCHEMA_VERSION,
                "place": str(cache.root),
                "layers": usage.layers,
                "archives": usage.archives,
                "documents": usage.documents,
                "size": usage.size,
                "limit": cache.limit,
                "removed": {
                    "layers": removed.layers,
                    "archives": removed.archives,
                    "documents": removed.documents,
                    "size": removed.size,
                },
            }
        )
        return 0
    if clear or prune is not None:
        _write("removed", _held(removed))
    _write("place", printable(str(cache.root)))
    _write("holds", _held(usage))
    _write("limit", format_size(cache.limit))
    return 0


def _write(label: str, text: str) -> None:
    terminal.write_line(join(terminal.dim(f"{label:<7}  "), text))


def read_size(text: str) -> int:
    """Bytes of a size as people write it: ``500MB``, ``1.5 GiB``, ``0``.

    Raises:
        UsageError: it is none.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]):
        raise UsageError(f"--prune {printable(text)}: must be a size like 500MB or 1GiB")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _POWERS[found[2].lower()])


def _held(usage: CacheUsage) -> str:
    layers = count_noun(usage.layers, "layer")
    archives = f"{format_count(usage.archives)} of archives, " if usage.archives else ""
    documents = f"{format_count(usage.documents)} of registries, " if usage.documents else ""
    return f"{layers}, {archives}{documents}{format_size(usage.size)}"
