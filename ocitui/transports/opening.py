"""From what a user typed to a place with images."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.cache_folder import CacheFolder
from ocitui.display import printable
from ocitui.errors import DocumentError, UsageError
from ocitui.spec import clause
from ocitui.spec.document import load_object
from ocitui.spec.index import Index
from ocitui.spec.problem import Problem
from ocitui.spec.properties import Properties
from ocitui.spec.reference import REGISTRY, STORAGE, Reference, readings
from ocitui.transports.archives.spool import Progress
from ocitui.transports.files import Files
from ocitui.transports.folder import Folder
from ocitui.transports.layout import MARKS, Layout
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.transports.archives.archive import Archive
    from ocitui.transports.registry.patience import Watch
    from ocitui.transports.registry.settings import RegistrySettings

TABLE = "manifest.json"
"""Lists the images of a docker archive; in a folder, the manifest of its one image."""

OLD_TABLE = "repositories"
"""Lists the images of a docker archive that is older than its ``manifest.json``."""

_IMAGE = "an image (an OCI layout, or a docker archive)"


def open_reference(
    text: str,
    progress: Progress | None = None,
    settings: "RegistrySettings | None" = None,
    watch: "Watch | None" = None,
) -> tuple[Transport, Reference]:
    """Open the place that a reference names, with the reading of it that fits.

    Args:
        text: as typed.
        progress: is told how far a copy is, where the place must be copied before it can be read.
        settings: of registries; by default what the environment says.
        watch: is told why a registry takes longer, and may end that.

    Raises:
        UsageError: there is nothing of that name, or nothing that can be opened.
        RegistryError: a registry does not give it.
    """
    whole: Reference | None = None
    for reading in readings(text):
        if reading.transport == STORAGE:
            return _open_storage(reading)
        if reading.transport == REGISTRY:
            return _open_registry(reading, settings, watch)
        if reading.is_standard_input:
            from ocitui.transports.standard_input import open_standard_input

            return open_images(open_standard_input(_IMAGE, CacheFolder(), progress), reading.transport), reading
        if reading.is_file and os.path.lexists(reading.place):
            return _open_path(reading, progress), reading
        whole = whole or reading
    assert whole is not None
    if whole.is_file:
        from ocitui.transports.guess import not_there

        raise not_there(whole)
    return _open(whole, progress), whole


def _open(reading: Reference, progress: Progress | None) -> Transport:
    """Open what is not a file."""
    from ocitui.transports.engines.engine import open_engine

    return open_images(open_engine(reading.transport, reading.place, progress=progress))


def _open_storage(reading: Reference) -> tuple[Transport, Reference]:
    """Open a storage, which knows more names for an image than are in the list."""
    from ocitui.transports.containers_storage.storage import ContainersStorage

    storage = ContainersStorage(reading.place)
    return storage, storage.resolve(reading)


def _open_registry(
    reading: Reference, settings: "RegistrySettings | None", watch: "Watch | None"
) -> tuple[Transport, Reference]:
    """Ask a registry, which is the one to say what a name means; what it is called here then is its one entry."""
    from ocitui.transports.registry.name import ImageName
    from ocitui.transports.registry.registry import open_image

    name = ImageName.parse(reading.place)
    image = open_image(name, settings, CacheFolder(), watch)
    return image, replace(reading, tag="" if name.digest else name.wanted, digest=name.digest)


def _open_path(reading: Reference, progress: Progress | None) -> Transport:
    path = Path(reading.place)
    match reading.transport:
        case "oci":
            return Layout.open(path, reading.place)
        case "dir":
            from ocitui.transports.image_folder import ImageFolder

            return ImageFolder.open(path, reading.place)
        case "":
            if os.path.isdir(path) or not os.path.exists(path):  # which say no of what may not be seen
                return _open_folder(reading)
    from ocitui.transports.archives.archive import Archive

    what = {"oci-archive": "an OCI layout", "docker-archive": "a docker archive"}.get(reading.transport, _IMAGE)
    return open_images(Archive(path, reading.place, what=what, progress=progress), reading.transport)


def _open_folder(reading: Reference) -> Transport:
    """Open a folder as what it holds."""
    folder = Folder(Path(reading.place), reading.place, what=_IMAGE)
    if TABLE in folder.tops and folder.tops.isdisjoint(MARKS):
        from ocitui.transports.image_folder import ImageFolder

        return ImageFolder(folder)
    if folder.tops.isdisjoint({"oci-layout", "index.json"}):
        from ocitui.transports.containerd.store import ContainerdStore, is_containerd
        from ocitui.transports.containers_storage.storage import ContainersStorage, is_storage

        if is_containerd(folder.tops):
            return ContainerdStore(folder)
        if is_storage(folder.tops):
            return ContainersStorage(folder=folder)
    return Layout(folder)


def open_images(archive: "Archive", transport: str = "") -> Transport:
    """The images in an archive, as what they are stored.

    What ``docker save`` writes today is a layout with a ``manifest.json`` beside it; the
    layout says more, and is taken where it lists anything, with the images besides that it
    does not list.

    Args:
        archive: the archive.
        transport: what it was called: empty, ``oci-archive`` or ``docker-archive``.

    Raises:
        UsageError: there are none in it.
    """
    if len(archive.tops) == 1 and archive.tops.isdisjoint({*MARKS, TABLE}):
        archive.enter(next(iter(archive.tops)))  # a folder was packed, and not only what is in it
    if not transport and archive.tops.isdisjoint({*MARKS, TABLE, OLD_TABLE}):
        raise UsageError(
            f"{printable(archive.place)}: no image in this archive, neither index.json (OCI) nor {TABLE} (Docker)"
            f"{''.join(f' ({problem})' for problem in archive.problems)}"
        )
    is_old = archive.tops.isdisjoint({*MARKS, TABLE})  # and refused with that reason
    if transport == "oci-archive" or (not transport and TABLE not in archive.tops and not is_old):
        return Layout(archive)
    from ocitui.transports.docker_archive import DockerArchive

    if transport == "docker-archive" or archive.tops.isdisjoint({"oci-layout", "index.json"}):
        return DockerArchive(archive)
    listed, problems = _images_listed(archive)
    if not listed:
        return DockerArchive(archive, problems)
    from ocitui.transports.docker_layout import DockerLayout

    return DockerLayout.join(Layout(archive), DockerArchive(archive))


def _images_listed(files: Files) -> tuple[bool, tuple[Problem, ...]]:
    """True if the ``index.json`` of a layout lists anything, with the problems that prevent its use.

    That of some archives says ``"manifests": null``, which is no damage: ``manifest.json`` lists the images.
    """
    try:
        raw = files.read(Layout.top_name)
        index = Index.parse(raw, Layout.top_name)
        has_list = "manifests" in Properties(load_object(raw, Layout.top_name))
    except DocumentError as error:
        return False, (Problem.of(error, clause.LAYOUT_INDEX),)
    problems = () if has_list else tuple(Problem.told(each, clause.INDEX, Layout.top_name) for each in index.problems)
    return bool(index.manifests), problems
