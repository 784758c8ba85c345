"""Lists that come in pages.

Implements distribution-spec, Listing Tags and Listing Referrers, and RFC 8288 for the link
from one page to the next. Of a link only path and query count: pages are of the registry
that was asked, whatever host it names.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from ocitui.transports.registry.client import MISSING, Client
from ocitui.transports.registry.errors import WrongAnswerError
from ocitui.transports.registry.http.answer import Answer

PAGES_LIMIT = 10_000
PAGE_LIMIT = 4 << 20
"""Bytes of one page."""

_LINK = re.compile(
    r'\s*<([^<>\s"]{1,8192})>\s*((?:;\s*[a-zA-Z0-9*!#$&+.^_`|~-]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?\s*)*),?'
)
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next(?=[\s;]|$))', re.IGNORECASE)


def pages(
    client: Client, path: str, what: str, headers: Mapping[str, str], missing: frozenset[int] = MISSING
) -> Iterator[tuple[Answer, bytes]]:
    """Every page of a list, each asked for when it is taken.

    Args:
        client: of the repository.
        path: of the first page; see `Client.ask`.
        what: how messages name the list.
        headers: of every request.
        missing: statuses that say that there is no such list.

    Raises:
        MissingError: there is no such list.
        WrongAnswerError: it has no end.
        RegistryError: a page cannot be had.
    """
    seen: set[str] = set()
    for number in range(PAGES_LIMIT):
        title = f"{what}, page {number + 1}" if number else what
        answer, raw = client.fetch(path, title, PAGE_LIMIT, headers, missing=missing)
        yield answer, raw
        path = next_path(answer)
        if not path:
            return
        if path in seen:
            raise WrongAnswerError(
                f"{what}: expected another page after page {number + 1}, found one that was read before"
            )
        seen.add(path)
    raise WrongAnswerError(f"{what}: expected at most {PAGES_LIMIT:,} pages, found more")


def next_path(answer: Answer) -> str:
    """Path and query of the next page; empty after the last."""
    for value in answer.header_values("Link"):
        for link in _LINK.finditer(value[: 1 << 14]):
            if _NEXT.search(link[2]) is None:
                continue
            try:
                found = urlsplit(urljoin(answer.url, link[1]))
            except ValueError:
                return ""
            path = "/" + found.path.lstrip("/")
            return f"{path}?{found.query}" if found.query else path
    return ""
