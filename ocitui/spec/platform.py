"""The machine an image is made for.

Implements image-spec, Image Index: the ``platform`` property, and the variants of
``GOARM``/``GOAMD64`` that it names.
"""

import re
from dataclasses import dataclass
from typing import Self

from ocitui.display import quote
from ocitui.errors import UsageError
from ocitui.spec.fields import Fields

_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "i386": "386",
    "i686": "386",
    "armhf": "arm",
    "armel": "arm",
    "i486": "386",
    "i586": "386",
    "loongarch64": "loong64",
}
_MACHINES = {"armv5l": ("arm", "v5"), "armv6l": ("arm", "v6"), "armv7l": ("arm", "v7"), "armv8l": ("arm", "v8")}
"""Linux's names for 32-bit ARM machines, which tell the variant too."""
_DEFAULT_VARIANTS = {"arm64": "v8", "arm": "v7", "amd64": "v1"}
_WORD = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Platform:
    """``os/architecture[/variant]``, as the documents spell it."""

    os: str
    architecture: str
    variant: str = ""
    os_version: str = ""
    os_features: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``os/arch[/variant]`` as a user types it, or raise `UsageError`."""
        parts = text.strip().split("/")
        if not 2 <= len(parts) <= 3 or not all(_WORD.fullmatch(part) for part in parts):
            raise UsageError(f"platform {quote(text)}: must be os/arch or os/arch/variant, like linux/arm64/v8")
        system, architecture, variant = [part.lower() for part in (*parts, "")][:3]
        if architecture in _MACHINES and not variant:
            architecture, variant = _MACHINES[architecture]
        return cls(system, _ARCHITECTURES.get(architecture, architecture), variant)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read the ``platform`` object of a descriptor, or the same fields of a config."""
        return cls(
            os=fields.text("os"),
            architecture=fields.text("architecture"),
            variant=fields.text("variant"),
            os_version=fields.text("os.version"),
            os_features=fields.texts("os.features") or (),
        )

    @property
    def is_unknown(self) -> bool:
        """True if it is ``unknown/unknown``, which marks what is not an image to run."""
        return self.os == "unknown" and self.architecture == "unknown"

    def fits(self, wanted: "Platform") -> bool:
        """True if this is the wanted platform; a variant that is not given means the default one."""
        return (
            self.os == wanted.os
            and self._architecture == wanted._architecture
            and (not wanted.variant or self._variant == wanted._variant)
        )

    @property
    def _architecture(self) -> str:
        return _ARCHITECTURES.get(self.architecture, self.architecture)

    @property
    def _variant(self) -> str:
        return self.variant or _DEFAULT_VARIANTS.get(self._architecture, "")

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)
