"""The names that archives have: files of other names are opened as archives only when somebody asks for it."""

import re

ARCHIVE_NAME = (
    r"^(?:.+\.(?:jar|war|ear|sar|rar|hpi|jpi|nar|aar|apk|ipa|whl|egg|zip|nupkg|vsix|xpi|crx|tgz|tbz2?|txz|tzst|"
    r"crate|gem|deb|udeb|ipk|rpm|a|(?:tar|cpio)(?:\.(?:gz|bz2|xz|zst|lz4))?|squashfs|sqfs|sqsh|sfs|snap|erofs|ext[234]|img)"
    r"|(?:initrd|initramfs)(?:[.-].*)?)$"
)
"""The pattern of a name, whatever its case."""

_ARCHIVE = re.compile(ARCHIVE_NAME.encode(), re.IGNORECASE | re.DOTALL)


def is_archive_name(name: bytes) -> bool:
    """Tell whether a file is probably an archive."""
    return _ARCHIVE.match(name) is not None
