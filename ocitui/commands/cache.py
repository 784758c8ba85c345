"""``ocitui cache``: what is kept of layers that were read."""

import re

import click

from ocitui.commands import output
from ocitui.commands.arguments import json_option
from ocitui.commands.layer_index import layer_cache
from ocitui.display import show, show_count, show_size
from ocitui.errors import UsageError
from ocitui.layers.cache import CacheUsage

SCHEMA_VERSION = 1
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@click.command()
@click.option("--clear", is_flag=True, help="Remove everything.")
@click.option("--prune", metavar="SIZE", help="Remove what was not used for longest, down to SIZE (500MB, 1GiB).")
@json_option
def command(clear: bool, prune: str | None, as_json: bool) -> int:
    """Show where the indexes of layers are kept, and how much they take.

    An index lets a layer open at once the next time. It can be made again from the
    layer, so that nothing is lost when it is removed.
    """
    if clear and prune is not None:
        raise UsageError("cache: expected --clear or --prune, found both")
    cache = layer_cache()
    removed = CacheUsage(0, 0)
    if clear:
        removed = cache.clear()
    elif prune is not None:
        removed = cache.prune(read_size(prune))
    usage = cache.usage()
    if as_json:
        output.write_json(
            {
                "schemaVersion": SCHEMA_VERSION,
                "place": str(cache.root),
                "layers": usage.count,
                "size": usage.size,
                "limit": cache.limit,
                "removed": {"layers": removed.count, "size": removed.size},
            }
        )
        return 0
    if clear or prune is not None:
        output.write_line(f"removed  {_layers(removed)}")
    output.write_line(f"place    {show(str(cache.root))}")
    output.write_line(f"holds    {_layers(usage)}")
    output.write_line(f"limit    {show_size(cache.limit)}")
    return 0


def read_size(text: str) -> int:
    """Bytes of a size as people write it: ``500MB``, ``1.5 GiB``, ``0``.

    Raises:
        UsageError: it is none.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]):
        raise UsageError(f"--prune {show(text)}: expected a size like 500MB or 1GiB")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _POWERS[found[2].lower()])


def _layers(usage: CacheUsage) -> str:
    return f"{show_count(usage.count)} {'layer' if usage.count == 1 else 'layers'}, {show_size(usage.size)}"
