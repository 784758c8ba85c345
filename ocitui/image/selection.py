"""The choice of one of the images in a place."""

import platform as machine
from collections.abc import Callable, Sequence
from dataclasses import replace

from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.documents.referrers import fallback_subject
from ocitui.image.documents.tree import Choose, build_tree
from ocitui.image.image import Image
from ocitui.image.node import Node, NodeKind
from ocitui.image.words import artifact_text
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.image_name import short_name, whole_name
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from ocitui.spec.soci import ANNOTATION_IMAGE, V2_TYPE, digest_in
from ocitui.transports.transport import ListsReferrers, Transport

_MOST_UNSAID = 100
"""Entries of one index that say no platform and are read, so that it is known what they are."""


def host_platform() -> Platform:
    """The platform that images run on here: Linux, with this machine's architecture."""
    try:
        return Platform.parse(f"linux/{machine.machine()}")
    except UsageError:  # a machine that does not know its own name
        return Platform("linux", "amd64")


def entries_for(platform: Platform | None) -> Choose:
    """Return the choice of those entries of an index by which an image for a platform is found.

    They are those that say no platform, other indexes among them, and the first that says the
    one that is asked for; where none is, one for this machine, else the first.
    """

    def choose(entries: Sequence[Descriptor]) -> list[Descriptor]:
        others = [each for each in entries if each.platform is None and not each.is_attestation]
        images = [
            each
            for each in entries
            if each.platform is not None and not each.platform.is_unknown and each.artifact_type != V2_TYPE
        ]
        host = host_platform()
        wanted = (platform,) if platform is not None else (host, replace(host, variant=""))
        found = [each for one in wanted for each in images if each.platform is not None and each.platform.fits(one)]
        chosen = [*others[:_MOST_UNSAID], *(found or ([] if platform is not None else images))[:1]]
        return [*chosen, *_soci_indexes(entries, chosen)]

    return choose


def _soci_indexes(entries: Sequence[Descriptor], chosen: Sequence[Descriptor]) -> list[Descriptor]:
    """The entries for the SOCI indexes of chosen ones, which say where tables of contents of their layers are."""
    digests = {each.digest for each in chosen if each.digest is not None}
    found = (each for each in entries if each.artifact_type == V2_TYPE and each.digest not in digests)
    return [each for each in found if digest_in(each.annotations, ANNOTATION_IMAGE) in digests][:_MOST_UNSAID]


def build_frugal_tree(transport: Transport, platform: Platform | None, *, has_referrers: bool = False) -> Node:
    """Read those documents of a registry by which an image for a platform is found.

    Args:
        transport: the registry.
        platform: the one that was asked for, if any.
        has_referrers: whether the registry is asked for what refers to those documents, too.
    """
    top = build_tree(transport, entries_for(platform))
    if not has_referrers or not isinstance(transport, ListsReferrers):
        return top
    read = {node.digest: None for node in top.walk() if node.is_entry and node.raw is not None and node.digest}
    if transport.add_referrers(filter(None, read)):
        top = build_tree(transport, entries_for(platform))
        for subject in [node for node in top.walk() if node.digest in read and node.is_entry]:
            _place_unread(top, subject, transport)
    return top


def _place_unread(top: Node, subject: Node, transport: ListsReferrers) -> None:
    """Put referrers that cannot be read, and so do not say themselves what they are about, under that."""
    if subject.digest is None:
        return
    listed = {each.digest for each in transport.referrers_of(subject.digest)}
    for node in [each for each in top.children if each.document is None and each.digest in listed]:
        top.children.remove(node)
        subject.children.append(node)
        node.parent, node.kind = subject, NodeKind.ARTIFACT


def build_signed_tree(transport: Transport) -> Node:
    """Read all documents of a place; a registry is asked for what refers to them."""
    top = build_tree(transport)
    read = {node.digest: None for node in top.walk() if node.is_entry and node.raw is not None and node.digest}
    if isinstance(transport, ListsReferrers) and transport.add_referrers(filter(None, read)):
        top = build_tree(transport)
    return top


def image_nodes(node: Node) -> list[Node]:
    """The images at and below a node, in the order of the index, with those that were left unread."""
    found = (each for each in node.walk() if each.kind is NodeKind.IMAGE)
    return [each for each in found if each.is_unread or Image.of(each) is not None]


def count_images(node: Node) -> int:
    """Return the number of images at and below a node, with those that were left unread."""
    return len(image_nodes(node))


def select_node(top: Node, reference: Reference, platform: Platform | None = None) -> Node:
    """The node that a reference's tag or digest names; the top where it names none.

    A tag may stand at several entries of ``index.json``, one for each platform: then it
    names the one that holds an image of the platform asked for, else of this machine's,
    else the first.

    Raises:
        UsageError: nothing here has that tag or digest, and the message lists the tags; or images of several names
            have the tag, and the message lists those.
    """
    if reference.digest is not None:
        for node in top.walk():
            if node.digest == reference.digest and (not reference.tag or _has_tag(node, reference.tag)):
                return node
        where = f"under the tag {quote(reference.tag)}" if reference.tag else "in the index"
        raise UsageError(f"{printable(reference.text)}: there is no {reference.digest} {where}")
    if reference.number is not None:
        return _numbered(top, reference)
    if not reference.tag:
        return top
    entries = [node for node in top.walk() if node.is_entry or node.parent is top]
    for spelled in (str, whole_name, short_name):  # as it is written, before what it may be short for
        matches = [node for node in entries if _is_called(node, reference.tag, spelled)]
        if matches:
            return _best(_of_one_name(matches, reference), platform)
    about = fallback_subject(reference.tag)  # such a tag is not in the tree, what it lists is
    subject = next((node for node in entries if about is not None and node.digest == about), None)
    if subject is not None:
        return subject
    tags = sorted({node.descriptor.name for node in entries if node.descriptor and node.descriptor.name})
    raise UsageError(f"{printable(reference.text)}: no tag {quote(reference.tag)}; {_some_of('tags', tags)}")


def _of_one_name(matches: list[Node], reference: Reference) -> list[Node]:
    """The entries of a tag, unless they are images of several names: ``docker save`` tags each of them ``latest``."""
    names = {node.descriptor.name: None for node in matches if node.descriptor is not None}
    if len(names) < 2:
        return matches
    exact = [node for node in matches if node.descriptor is not None and node.descriptor.name == reference.tag]
    if exact:
        return exact
    tag = quote(reference.tag)
    raise UsageError(f"{printable(reference.text)}: {len(names):,} names end in {tag}; {_some_of('names', [*names])}")


def _numbered(top: Node, reference: Reference) -> Node:
    """The entry at a place of the list, counted from 0; of what was made of one image and several tags, the first."""
    entries = [node for node in top.children if node.is_entry]
    if any(node.is_made for node in entries):
        entries = list({node.digest: node for node in reversed(entries)}.values())[::-1]
    number = reference.number or 0
    if number >= len(entries):
        raise UsageError(
            f"{printable(reference.text)}: no image with the number {number}; "
            f"there {'is' if len(entries) == 1 else 'are'} {len(entries):,}, counted from 0"
        )
    if reference.tag and not _has_tag(entries[number], reference.tag):
        tag = quote(reference.tag)
        raise UsageError(f"{printable(reference.text)}: image number {number} does not have the tag {tag}")
    return entries[number]


def _is_called(node: Node, tag: str, spelled: Callable[[str], str] = str) -> bool:
    if node.descriptor is None:
        return False
    return spelled(tag) in {spelled(name) for name in (node.descriptor.tag, node.descriptor.name) if name}


def _has_tag(node: Node, tag: str) -> bool:
    return any(_is_called(above, tag) for above in node.above())


def _best(nodes: list[Node], platform: Platform | None) -> Node:
    """The node nearest to the top that holds an image of this platform, else of this machine's, else the first."""
    first = min(nodes, key=lambda node: sum(1 for _ in node.above()))
    level = [node for node in nodes if node.parent is first.parent]
    if len(level) == 1:
        return first
    for wanted in (platform, host_platform()):
        for node in level if wanted is not None else ():
            if any(_fits(image, wanted) for image in images_below(node)):
                return node
    return first


def _fits(image: Image, wanted: Platform | None) -> bool:
    return wanted is not None and _is_for(image.node, wanted)


def fits_here(image: Image) -> bool:
    """True if an image runs on this machine, the variant of its architecture aside."""
    return _fits(image, replace(host_platform(), variant=""))


def _is_for(node: Node, wanted: Platform) -> bool:
    return node.platform is not None and node.platform.fits(wanted)


def _platforms(node: Node, images: Sequence[Image]) -> list[str]:
    """The platforms of some images, and of those below a node that were left unread, sorted."""
    unread = [each.platform for each in node.walk() if each.is_unread and each.kind is NodeKind.IMAGE]
    found = {platform for platform in (*(image.platform for image in images), *unread) if platform is not None}
    return sorted({str(platform) for platform in found if not platform.is_unknown})


def _some_of(what: str, names: list[str]) -> str:
    """Names for a message: not more than people read."""
    if not names:
        return f"there are no {what}"
    more = f" and {len(names) - 20:,} more" if len(names) > 20 else ""
    return f"the {what} are: {', '.join(printable(name[:120]) for name in names[:20])}{more}"


def images_below(node: Node) -> list[Image]:
    """The images at and below a node, in the order of the index."""
    found = (Image.of(each) for each in node.walk() if each.kind is NodeKind.IMAGE)
    return [image for image in found if image is not None]


def select_image(node: Node, platform: Platform | None) -> Image:
    """The image to start on: of the platform asked for, else of this machine's, else the first.

    Raises:
        UsageError: there is no image here, or none of that platform.
    """
    whole = Image.containing(node) if node.kind is not NodeKind.INDEX else None
    if whole is not None and whole.is_artifact:
        raise UsageError(f"no image found: this is {artifact_text(whole.node)}")
    images = [whole] if whole is not None else images_below(node)
    if not images:
        artifacts = artifacts_below(node)
        only = f"only {_artifacts_text(artifacts)}" if artifacts else ""
        why = next(node.all_problems(), "") or only
        if why or not any(each.is_unread for each in node.walk()):
            raise UsageError(f"no image found{': ' if why else ''}{why}")
    if platform is not None:
        for image in images:
            if _fits(image, platform):
                return image
        entries = (each for each in node.walk() if each.is_missing and each.is_entry)
        missing = next((each for each in entries if _is_for(each, platform)), None)
        what = f"the manifest for {platform} is missing ({missing.digest})" if missing else f"no image for {platform}"
        raise UsageError(f"{what}; {_some_of('other platforms' if missing else 'platforms', _platforms(node, images))}")
    if not images:
        raise UsageError("no image found")
    host = host_platform()
    any_variant = replace(host, variant="")
    fitting = (image for wanted in (host, any_variant) for image in images if _fits(image, wanted))
    return next(fitting, images[0])


def select_content(node: Node, platform: Platform | None) -> Image:
    """The image that `select_image` chooses; where there is none, the only artifact with files, which is read like one.

    Raises:
        UsageError: there is neither, or there are several artifacts.
    """
    whole = Image.containing(node) if node.kind is not NodeKind.INDEX else None
    if whole is not None and whole.is_artifact:
        return whole
    found = artifacts_below(node)
    if not found or whole is not None or images_below(node):
        return select_image(node, platform)
    if len(found) > 1:
        raise UsageError(f"no image found, and {len(found):,} artifacts: choose one by its tag or @DIGEST")
    return found[0]


def artifacts_below(node: Node) -> list[Image]:
    """The artifacts at and below a node that hold anything, in the order of the index."""
    found = (Image.of(each) for each in node.walk() if each.kind is NodeKind.ARTIFACT)
    return [artifact for artifact in found if artifact is not None]


def _artifacts_text(artifacts: list[Image]) -> str:
    return artifact_text(artifacts[0].node) if len(artifacts) == 1 else f"{len(artifacts):,} artifacts"
