"""An archive that is a layout and a docker archive in one, as ``docker save`` has written it since Docker 25.

Its ``index.json`` and its ``manifest.json`` ought to list the same images. Some versions left
images out of the index, or layers out of the manifest that it names; then both are shown.
"""

from collections.abc import Iterator

from ocitui.errors import BlobMissingError, DocumentError
from ocitui.spec import clause
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import DocumentKind, kind_of_object
from ocitui.spec.problem import Problem, Severity
from ocitui.spec.properties import Properties
from ocitui.transports.docker_archive import DockerArchive
from ocitui.transports.files import RunOfBytes
from ocitui.transports.layout import Layout
from ocitui.transports.made import replace_manifests
from ocitui.transports.transport import MANIFEST_LIMIT, Top, read_content

_DOCUMENTS_LIMIT = 10_000
"""Manifests and indexes of the layout that are compared with the list of Docker; such an archive has some ten."""

Contents = tuple[Digest | None, int]
"""The config of an image, and how many layers it has."""


class DockerLayout:
    """A layout, and the images besides that ``manifest.json`` lists and the layout does not."""

    top_name = Layout.top_name

    def __init__(
        self, layout: Layout, archive: DockerArchive, extra: tuple[list[object], list[object]], problem: Problem
    ) -> None:
        """See `join`.

        Args:
            layout: the archive as a layout.
            archive: the same as a docker archive.
            extra: the entries of an index for the images that only the latter has, to be put before those of
                the layout, and after them.
            problem: the sentence about that.
        """
        self.place = layout.place
        self._layout = layout
        self._archive = archive
        self._extra = extra
        self.problems = tuple(dict.fromkeys((*layout.problems, *archive.problems, problem)))

    @classmethod
    def join(cls, layout: Layout, archive: DockerArchive) -> "Layout | DockerLayout":
        """Return the layout where it lists all images that Docker's table does, else both in one."""
        try:
            listed = Properties(load_object(archive.read_top().index, archive.top_name)).get("manifests")
        except DocumentError:  # another manifest.json than Docker's
            return layout
        entries = listed if isinstance(listed, list) else []
        found = set(_contents(layout, Index.parse(layout.read_top().index, layout.top_name).manifests))
        wanted = {number: _of_entry(entry) for number, entry in enumerate(entries)}
        extra = [number for number, contents in wanted.items() if contents not in found]
        if not extra:
            return layout
        # One whose layers the layout's own manifest lost is more likely meant than that.
        configs = {config for config, _ in found}
        first = [entries[number] for number in extra if wanted[number][0] in configs]
        last = [entries[number] for number in extra if wanted[number][0] not in configs]
        images = set(wanted.values())
        known, count = len(images & found), len(images)
        lists = f"lists {known or 'none'} of the {count:,} images" if count > 1 else "does not list the image"
        text = (
            f"{layout.top_name}: {lists} of {archive.top_name}; the images of both are shown; "
            "put oci-archive: or docker-archive: before the path to see those of one alone"
        )
        return cls(layout, archive, (first, last), Problem(text, clause.DOCKER_ARCHIVE, Severity.WARNING))

    def read_top(self) -> Top:
        """``index.json``, and an index of what it lists and what it does not."""
        raw = self._layout.read_top().raw
        document = load_object(raw, self.top_name)
        listed = Properties(document).get("manifests")
        first, last = self._extra
        index = replace_manifests(document, [*first, *(listed if isinstance(listed, list) else []), *last])
        return Top(raw, index, made=self._archive.read_top().made, made_of=self._archive.top_name)

    def locate(self, digest: Digest) -> RunOfBytes:
        """Find a blob of the layout, else one that only the docker archive knows."""
        try:
            return self._layout.locate(digest)
        except BlobMissingError:
            return self._archive.locate(digest)

    def digests(self) -> Iterator[Digest]:
        """Every blob of the layout."""
        return self._layout.digests()


def _of_entry(entry: object) -> Contents:
    """The contents of an image of the index that is made of Docker's table."""
    raw = Descriptor.read(entry, "").data or b"{}"
    return _of_manifest(Manifest.parse(raw, ""))


def _of_manifest(manifest: Manifest) -> Contents:
    return manifest.config.digest if manifest.config is not None else None, len(manifest.layers)


def _contents(layout: Layout, descriptors: tuple[Descriptor, ...]) -> Iterator[Contents]:
    """Yield the contents of all images that an index names; what cannot be read is said where it is shown."""
    waiting, seen = list(descriptors), set[Digest]()
    while waiting and len(seen) < _DOCUMENTS_LIMIT:
        descriptor = waiting.pop()
        if descriptor.digest is None or descriptor.digest in seen or descriptor.kind is DocumentKind.LAYER:
            continue
        seen.add(descriptor.digest)
        raw = read_content(layout, descriptor, "", MANIFEST_LIMIT).raw
        try:
            kind = kind_of_object(load_object(raw or b"", ""))
            if kind is DocumentKind.INDEX:
                waiting += Index.parse(raw or b"", "").manifests
            elif kind is DocumentKind.MANIFEST:
                yield _of_manifest(Manifest.parse(raw or b"", ""))
        except DocumentError:
            continue
