"""A document as people read it: labelled facts, for the screen and for text alike.

Values are as the documents hold them; whoever draws them passes them through
`ocitui.display.printable`.
"""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from ocitui.cells import cut
from ocitui.display import NOT_SET, count_noun, format_age, format_exact_size, format_size, format_time
from ocitui.errors import BLOB_MISSING
from ocitui.image.documents.flavours import flavours
from ocitui.image.history.instruction import read_instruction
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image, Layer
from ocitui.image.node import Node, NodeKind
from ocitui.spec.config import Config, HealthCheck
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import short_media_type

_LABEL = 12
"""Cells of what names a manifest in its index."""
_PER_FACT = 100
"""Characters of an instruction that are looked at for each fact that is said at most."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value."""

    label: str
    """Empty where it goes on with the label above."""
    value: str
    copy: str = ""
    """The text to copy, where that is not the value."""
    is_problem: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


def describe(node: Node, image: Image | None, most: int | None = None) -> list[Section]:
    """Everything there is to say of a node: what is wrong, its descriptor, the config of its image.

    Args:
        node: the node.
        image: the image that it is a part of.
        most: how many labels, annotations or others of one kind are said; of more it is said how many there are.
    """
    layer = _layer_of(node, image)
    sections = [Section("", tuple(_problem_facts(node, most)))]
    if node.kind is NodeKind.ARTIFACT and isinstance(node.document, Manifest):
        sections.append(Section("artifact", tuple(_artifact_facts(node.document))))
    if image is not None and node is image.node and not image.is_artifact:
        sections.append(Section("kind", tuple(Fact(name, said) for name, said in flavours(image))))
    if layer is not None and image is not None:
        sections.append(
            Section(f"layer {layer.number} of {len(image.layers)}", tuple(_layer_facts(layer, image, most)))
        )
    config = Section("config", tuple(config_facts(image.config, most))) if image is not None and image.config else None
    descriptor = None
    if node.descriptor is not None and not node.is_made:
        descriptor = Section("descriptor", tuple(descriptor_facts(node.descriptor, most)))
    is_about_image = node.kind in {NodeKind.IMAGE, NodeKind.CONFIG}
    sections += [s for s in ((config, descriptor) if is_about_image else (descriptor, config)) if s is not None]
    if isinstance(node.document, Manifest):
        sections.append(Section("manifest", (*_made_facts(node), *_manifest_facts(node.document, most))))
    if isinstance(node.document, Index):
        sections.append(Section("index", tuple(_index_facts(node.document, most))))
    return [section for section in sections if section.facts]


def config_facts(config: Config, most: int | None = None) -> Iterator[Fact]:
    """The config: what runs, how, and where it comes from (image-spec, Image Configuration)."""
    execution = config.execution
    yield from _command("entrypoint", execution.entrypoint)
    yield from _command("command", execution.cmd)
    yield Fact("user", execution.user or "(root)")
    if execution.working_dir:
        yield Fact("directory", execution.working_dir)
    yield from several("ports", execution.exposed_ports, most)
    yield from several("volumes", execution.volumes, most)
    yield from several("env", execution.env, most)
    yield from several("labels", (f"{name}={value}" for name, value in execution.labels.items()), most)
    if execution.stop_signal:
        yield Fact("stop signal", execution.stop_signal)
    if execution.health_check is not None:
        yield Fact("health", health_check_text(execution.health_check))
    yield from _command("shell", execution.shell)
    yield from several("on build", execution.on_build or (), most)
    if config.created is not None:
        yield Fact("created", _moment_text(config.created))
    if config.author:
        yield Fact("author", config.author)
    yield Fact("platform", str(config.platform) or NOT_SET)
    if config.platform.os_version:
        yield Fact("os version", config.platform.os_version)
    yield from several("os features", config.platform.os_features, most)
    yield from several("also", _unknown(execution.unknown, config.unknown), most)


def descriptor_facts(descriptor: Descriptor, most: int | None = None) -> Iterator[Fact]:
    """A descriptor, whole (image-spec, Content Descriptors)."""
    yield Fact("media type", descriptor.media_type or NOT_SET)
    if descriptor.artifact_type:
        yield Fact("artifact", descriptor.artifact_type)
    yield Fact("digest", str(descriptor.digest) if descriptor.digest else "(none)")
    yield _size_fact("size", descriptor.size)
    if descriptor.platform is not None:
        yield Fact("platform", str(descriptor.platform))
        if descriptor.platform.os_version:
            yield Fact("os version", descriptor.platform.os_version)
        yield from several("os features", descriptor.platform.os_features, most)
    yield from several("annotations", (f"{key}={value}" for key, value in descriptor.annotations.items()), most)
    yield from several("urls", descriptor.urls, most)
    if descriptor.data is not None:
        yield Fact("data", f"{format_size(len(descriptor.data))} embedded")
    yield from several("also", _unknown(descriptor.unknown or {}), most)


def health_check_text(check: HealthCheck) -> str:
    """A health check as a Dockerfile has it."""
    if check.test[:1] == ("NONE",):
        return "NONE"
    kind, *words = check.test or ("",)
    command = " ".join(words) if kind == "CMD-SHELL" else shlex.join(words)
    options = {
        "interval": check.interval,
        "timeout": check.timeout,
        "start-period": check.start_period,
        "start-interval": check.start_interval,
    }
    said = [f"{name} {_seconds(value)}" for name, value in options.items() if value is not None]
    said += [f"retries {check.retries}"] if check.retries else []
    command = command or "(inherited)"
    return f"{command}  ({', '.join(said)})" if said else command


def _seconds(value: timedelta) -> str:
    return f"{value.total_seconds():g}s"


def _moment_text(moment: datetime) -> str:
    age = format_age(moment)
    return f"{age}{'' if age.startswith('in ') else ' ago'}, {format_time(moment)} UTC"


def _layer_of(node: Node, image: Image | None) -> Layer | None:
    if image is None or node.kind is not NodeKind.LAYER or node.number is None or node.parent is not image.node:
        return None
    return image.layers[node.number - 1]


def _layer_facts(layer: Layer, image: Image, most: int | None) -> Iterator[Fact]:
    if image.is_artifact:
        return
    row = image.row_of(layer)
    if row is not None and row.entry is not None:
        instruction = read_instruction(row.entry)
        if most is not None:
            instruction = instruction.cut(most * _PER_FACT)
        yield Fact("made by", instruction.text or row.entry.comment or NOT_SET, copy=row.entry.created_by)
        if row.entry.created is not None:
            yield Fact("made", _moment_text(row.entry.created))
        if row.entry.comment:
            yield Fact("comment", row.entry.comment)
        if row.entry.author:
            yield Fact("author", row.entry.author)
    else:
        yield Fact("made by", origin_text(image.history, layer.number, None if most is None else most * _PER_FACT))
    yield Fact("diff ID", str(layer.diff_id) if layer.diff_id else "(none)")


def _artifact_facts(manifest: Manifest) -> Iterator[Fact]:
    """The type of an artifact, and that of its config (image-spec, Guidelines for Artifact Usage)."""
    if manifest.artifact is not None:
        yield Fact("what", manifest.artifact.name)
    yield Fact("type", manifest.kind_name or NOT_SET)
    if manifest.config is not None:
        yield Fact("config", manifest.config.media_type or NOT_SET)


def _manifest_facts(manifest: Manifest, most: int | None) -> Iterator[Fact]:
    if manifest.artifact_type:
        yield Fact("artifact", manifest.artifact_type)
    if manifest.subject is not None:
        yield Fact("subject", str(manifest.subject.digest))
    yield _size_fact("layers", manifest.layers_size)
    yield from several("annotations", (f"{key}={value}" for key, value in manifest.annotations.items()), most)
    yield from several("also", _unknown(manifest.unknown), most)


def _index_facts(index: Index, most: int | None) -> Iterator[Fact]:
    """The manifests that an index lists, and what else it says (image-spec, Image Index)."""
    if index.artifact_type:
        yield Fact("artifact", index.artifact_type)
    if index.subject is not None:
        yield Fact("subject", str(index.subject.digest))
    yield Fact("manifests", str(len(index.manifests)))
    for each in index.manifests[:most]:
        platform = "" if each.platform is None or each.platform.is_unknown else str(each.platform)
        kind = "attestation" if each.is_attestation else short_media_type(each.artifact_type or each.media_type)
        yield Fact(cut(each.name or platform or kind, _LABEL), str(each.digest))
    yield from several("annotations", (f"{key}={value}" for key, value in index.annotations.items()), most)
    yield from several("also", _unknown(index.unknown), most)


def _made_facts(node: Node) -> Iterator[Fact]:
    if node.is_made:
        yield Fact("made of", f"{node.made_of}: no manifest is stored here")


def _problem_facts(node: Node, most: int | None) -> Iterator[Fact]:
    if node.is_missing:
        yield Fact("problem", BLOB_MISSING, is_problem=True)
    for problem in node.problems[:most]:
        yield Fact("problem", problem, is_problem=True)
    if most is not None and len(node.problems) > most:
        yield Fact("", f"and {count_noun(len(node.problems) - most, 'more problem')}", is_problem=True)


def _size_fact(label: str, size: int | None) -> Fact:
    if size is None:
        return Fact(label, NOT_SET)
    exact = format_exact_size(size)
    said = format_size(size)
    return Fact(label, said if said == exact else f"{said} ({exact})", copy=str(size))


def _command(label: str, words: tuple[str, ...] | None) -> Iterator[Fact]:
    if words is not None:
        yield Fact(label, shlex.join(words) if words else "(empty)")


def several(label: str, values: Iterable[str], most: int | None) -> Iterator[Fact]:
    """Yield one fact for each of several values, and in the end how many there are besides; see `describe`."""
    waiting = iter(values)
    for value in islice(waiting, most):
        yield Fact(label, value)
        label = ""
    if left := sum(1 for _ in waiting):
        yield Fact("", f"… and {left:,} more, all of them in the JSON")


def _unknown(*objects: Mapping[str, object]) -> Iterator[str]:
    for fields in objects:
        for name, value in fields.items():
            if value not in (None, ""):
                yield f"{name}={json.dumps(value, ensure_ascii=False)}"
