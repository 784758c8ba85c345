"""``ocitui tags``: the names of the images in a place.

With ``--json``::

    {"schemaVersion": 1, "place": "./local_nginx",
     "tags": [{"name": "latest", "digest", "mediaType", "size": bytes of the manifest or index}, …]}

Of a registry only the names are asked for: the rest is null.
"""

import click

from ocitui.commands.arguments import ImageType, json_option, registry_options
from ocitui.commands.opened.place import report
from ocitui.commands.opened.registry import is_remote, open_repository_of
from ocitui.commands.output import terminal
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_or_null, write_json
from ocitui.commands.status_line import StatusLine
from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.documents.recognition import told
from ocitui.image.documents.tag_names import is_of_referrers, version_key
from ocitui.image.glob import matches_path
from ocitui.spec import clause
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.index import Index
from ocitui.transports.opening import open_reference


@click.command()
@click.argument("place", type=ImageType())
@click.option("--filter", "pattern", metavar="GLOB", help="Print only names like this: 1.*, *alpine*.")
@click.option("--all", "has_all", is_flag=True, help="Print tags that list referrers too: sha256-…, sha256-….sig.")
@json_option
@registry_options
def command(place: str, pattern: str | None, has_all: bool, as_json: bool) -> int:
    """Print the names of the images in a layout, an archive or a storage, one a line.

    Each is what follows the colon after PLACE in the name of an image. Images without a
    name are not listed; `ocitui inspect PLACE` has all.

    The GLOB of --filter is as in `ocitui find`: without a slash it is for what follows the
    last slash of a name, with one for all of the name; `*` stands for no slash, `**` for any
    number of components.

    Of a repository (docker://nginx) the tags are printed in the order of their versions.

    A tag like `sha256-…`, under which a registry without the referrers API keeps what refers
    to an image, names no image of its own, and is left out unless --all is given.
    """
    if is_remote(place):
        return _list_repository(place, pattern, has_all, as_json)
    with StatusLine() as line:
        transport, reference = open_reference(place, line.show_place)
    if reference.tag or reference.digest is not None or reference.number is not None:
        raise UsageError(f"tags: {quote(place, 200)}: names an image; leave out its tag or digest")
    top = transport.read_top()
    entries: dict[str, Descriptor] = {}
    index = Index.parse(top.index, transport.top_name)
    for entry in index.manifests:
        if entry.name and _is_wanted(entry.name, pattern, has_all):
            entries.setdefault(entry.name, entry)
    if as_json:
        tags = [_tag_object(entry) for entry in entries.values()]
        write_json({"schemaVersion": SCHEMA_VERSION, "place": transport.place, "tags": tags})
    else:
        for name in entries:
            terminal.write_line(printable(name))
    return report([*top.workaround, *transport.problems, *told(transport.top_name, index.problems, clause.INDEX)])


def _list_repository(place: str, pattern: str | None, has_all: bool, as_json: bool) -> int:
    """Print the tags of a repository, of which nothing else is asked for."""
    from ocitui.transports.registry.tags import list_tags

    with StatusLine() as line:
        repository = open_repository_of(place, line)
        names: list[str] = []
        for page in list_tags(repository.client):
            names += page
            line.write(f"{len(names):,} tags")
    found = sorted((name for name in names if _is_wanted(name, pattern, has_all)), key=version_key)
    if as_json:
        tags = [{"name": name, "digest": None, "mediaType": None, "size": None} for name in found]
        write_json({"schemaVersion": SCHEMA_VERSION, "place": f"docker://{repository.place}", "tags": tags})
    else:
        for name in found:
            terminal.write_line(printable(name))
    return 0


def _is_wanted(name: str, pattern: str | None, has_all: bool) -> bool:
    """True if a name is to be listed; tags of referrers only with all."""
    return (has_all or not is_of_referrers(name)) and (pattern is None or matches_path(pattern, name))


def _tag_object(entry: Descriptor) -> JsonObject:
    return {
        "name": entry.name,
        "digest": text_or_null(entry.digest),
        "mediaType": entry.media_type or None,
        "size": entry.size,
    }
