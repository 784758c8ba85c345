"""The names of the tags of a repository: their order, and which of them are of images."""

import re

from ocitui.image.documents.referrers import fallback_subject


def is_of_referrers(name: str) -> bool:
    """True for a tag under which a registry keeps what refers to an image (distribution-spec, Referrers Tag Schema)."""
    about = fallback_subject(name)
    return about is not None and about.is_known  # 1.9-alpine could be of an algorithm that nobody knows


def version_key(name: str) -> list[tuple[int, int, str]]:
    """The key by which 1.9 comes before 1.10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts]
