"""The tags of a repository.

Implements distribution-spec, Listing Tags.
"""

from collections.abc import Iterator

from ocitui.errors import DocumentError
from ocitui.spec.document import load_object, type_name
from ocitui.transports.registry.client import Client
from ocitui.transports.registry.errors import WrongAnswerError
from ocitui.transports.registry.name import is_tag
from ocitui.transports.registry.paging import pages

TAGS_LIMIT = 1_000_000

_PAGE = 1000
"""Tags that are asked for at once; registries may give fewer, or all."""


def list_tags(client: Client) -> Iterator[list[str]]:
    """The tags, a page at a time, in the order of the registry; each of them once.

    Raises:
        MissingError: there is no such repository.
        RegistryError: a page cannot be had.
    """
    what = f"{client.endpoint.place}: tags"
    seen: set[str] = set()
    for _, raw in pages(client, f"tags/list?n={_PAGE}", what, {"Accept": "application/json"}):
        found = [tag for tag in dict.fromkeys(_read(raw, what)) if tag not in seen]
        seen.update(found)
        if len(seen) > TAGS_LIMIT:
            raise WrongAnswerError(f"{what}: expected at most {TAGS_LIMIT:,}, found more")
        yield found


def _read(raw: bytes, what: str) -> Iterator[str]:
    """The tags of a page. Some registries list digests among them, or nothing as ``null``."""
    try:
        tags = load_object(raw, what).get("tags")
    except DocumentError as error:
        raise WrongAnswerError(str(error)) from None
    if tags is not None and not isinstance(tags, list):
        raise WrongAnswerError(f"{what}: expected a list, found {type_name(tags)}")
    for tag in tags or ():
        if isinstance(tag, str) and is_tag(tag):
            yield tag
