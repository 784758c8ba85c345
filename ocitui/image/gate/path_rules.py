"""Limits of paths: how much may be there, and what may not."""

from dataclasses import dataclass

from ocitui.display import count_noun, format_count, format_exact_size, printable
from ocitui.image.gate.subject import Subject
from ocitui.image.gate.verdict import Spot, Verdict, verdict


@dataclass(frozen=True, slots=True)
class PathLimit:
    """A limit on the matches of a pattern in the final filesystem."""

    glob: bytes
    """From the root, without a slash at its beginning."""
    max_size: int | None = None
    """Bytes of the files that match, and of those below folders that do; each once, whatever names it has."""
    max_count: int | None = None
    """The highest number of paths that may match."""

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        rows = subject.present(self.glob)
        expected, found, holds = [], [], True
        spots = [Spot(row.path, row.layer, row.size if row.directory is None else 0) for row in rows]
        if self.max_count is not None:
            expected.append(count_noun(self.max_count, "path"))
            found.append(format_count(len(rows)))
            holds = len(rows) <= self.max_count
        if self.max_size is not None:
            files = subject.files_of(rows, are_deep=self.glob.endswith(b"**"))
            size = sum(size for _, size in files.values())
            spots = [Spot(row.path, layer, size) for (layer, _), (row, size) in files.items()]
            expected.append(format_exact_size(self.max_size))
            found.append(format_exact_size(size))
            holds = holds and size <= self.max_size
        spots.sort(key=lambda spot: (-spot.size, spot.path))
        return verdict(
            "paths", holds, f"at most {' and '.join(expected)}", " and ".join(found), spots, _named(self.glob)
        )


@dataclass(frozen=True, slots=True)
class ForbiddenPaths:
    """Paths that must not be in the final filesystem."""

    globs: tuple[bytes, ...]

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        rows = {row.path: row for glob in self.globs for row in subject.present(glob)}
        spots = [Spot(path, row.layer, 0 if row.directory else row.size) for path, row in sorted(rows.items())]
        return _forbidden("forbidden-paths", self.globs, spots)


@dataclass(frozen=True, slots=True)
class ForbiddenShippedPaths:
    """Paths that must not be in any layer, even where a later one deletes or replaces them: they can be extracted."""

    globs: tuple[bytes, ...]

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        found = {each for glob in self.globs for each in subject.shipped(glob)}
        spots = [Spot(path, layer) for layer, path in sorted(found)]
        return _forbidden("forbidden-shipped-paths", self.globs, spots)


def _forbidden(rule: str, globs: tuple[bytes, ...], spots: list[Spot]) -> Verdict:
    found = format_count(len(spots)) if spots else "none"
    return verdict(rule, not spots, f"no {', '.join(map(_named, globs))}", found, spots)


def _named(glob: bytes) -> str:
    """A pattern as it stands in the file."""
    return printable(glob if glob.startswith(b"**") else b"/" + glob)
