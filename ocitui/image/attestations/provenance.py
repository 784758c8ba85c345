"""Provenance: who built something, from what, and how.

Implements SLSA Provenance v0.2 and v1, with what BuildKit puts into them (moby/buildkit,
docs/attestations/slsa-definitions.md), GitHub's build types and slsa-github-generator.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote

from ocitui.image.attestations.statement import Statement
from ocitui.image.node import Node
from ocitui.spec.descriptor import ANNOTATION_PREDICATE_TYPE
from ocitui.spec.digest import Digest
from ocitui.spec.fields import Fields

_SLSA = "https://slsa.dev/provenance/"
_LARGEST = 4 << 20
"""Bytes of a document that is read for its provenance alone; an SBOM is larger."""
_IMAGE = "pkg:docker/"
_BUILDKIT_METADATA = "https://mobyproject.org/buildkit@v1#metadata"
_TOOLS = ("docker/dockerfile", "docker/buildkit-syft-scanner", "docker/scout-sbom-indexer", "docker/buildkit-")
"""Images that BuildKit itself runs for a build: frontends, scanners and what emulates machines; no bases."""


@dataclass(frozen=True, slots=True)
class Material:
    """One thing that something was built from."""

    uri: str
    """A package URL, or the address of a repository or a file."""
    digests: Mapping[str, str]
    """Encoded digests by algorithm."""

    @property
    def image(self) -> str:
        """The name of the image that it is, with tag and platform; empty where it is none (purl-spec: docker)."""
        if not self.uri.startswith(_IMAGE):
            return ""
        path, _, query = self.uri.removeprefix(_IMAGE).partition("?")
        name, at, tag = path.rpartition("@")
        platform = dict(parse_qsl(query)).get("platform", "")
        words = f"{unquote(name)}:{unquote(tag)}" if at else unquote(path)
        return f"{words}  {platform}".rstrip()

    @property
    def is_base(self) -> bool:
        """True if it is an image that is not one of the builder's own tools."""
        return bool(self.image) and not self.image.startswith(_TOOLS)

    @property
    def digest(self) -> Digest | None:
        """Its digest, where it is one as images have."""
        encoded = self.digests.get("sha256", "")
        return Digest("sha256", encoded) if len(encoded) == 64 else None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that instructions came from, as BuildKit keeps it with ``mode=max``."""

    name: str
    language: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Provenance:
    """The story of a build."""

    builder: str
    """A URI; may be empty."""
    build_type: str
    invocation: str
    """The name of the run at the builder."""
    source: str
    """The repository or the archive that the build began with."""
    revision: str
    """The commit of that, or its digest."""
    entry_point: str
    """The file in it that says how to build: ``Dockerfile``, a workflow."""
    parameters: tuple[tuple[str, str], ...]
    """Arguments of the build by name; build arguments without their prefix."""
    target: str
    """The stage that was built, where one was named."""
    platform: str
    materials: tuple[Material, ...]
    started: datetime | None
    finished: datetime | None
    files: tuple[SourceFile, ...]

    @property
    def bases(self) -> tuple[Material, ...]:
        """The images it was built from, the builder's own tools left out."""
        return tuple(each for each in self.materials if each.is_base)

    @property
    def dockerfile(self) -> SourceFile | None:
        """The Dockerfile, where the builder kept it."""
        return next((file for file in self.files if file.language == "Dockerfile"), next(iter(self.files), None))


def may_be_provenance(node: Node) -> bool:
    """True unless the descriptor of a blob says that it is something else, or too large for provenance."""
    said = node.descriptor.annotations.get(ANNOTATION_PREDICATE_TYPE, _SLSA) if node.descriptor is not None else ""
    return said.startswith(_SLSA) and (node.size or 0) <= _LARGEST


def read_provenance(statement: Statement) -> tuple[Provenance, tuple[str, ...]] | None:
    """Read how something was built, and what is wrong in it; None for a statement that says something else."""
    if not statement.predicate_type.startswith(_SLSA):
        return None
    fields = _Kept(statement.predicate, "predicate")
    read = _read_v1 if fields.has("buildDefinition") else _read_v02
    return read(fields), tuple(fields.kept)


class _Kept(Fields):
    """Fields whose problems, and those of what is in them, are kept in one list."""

    def __init__(self, value: object, where: str, kept: list[str] | None = None) -> None:
        super().__init__(value, where)
        self.kept = self.problems if kept is None else kept
        if kept is not None:
            kept += self.problems
            self.problems = kept

    def child(self, name: str) -> "_Kept":
        value = self.raw(name)
        return _Kept({} if value is None else value, self._path(name), self.kept)

    def each(self, name: str) -> Iterator["_Kept"]:
        """The objects of a list."""
        for number, item in enumerate(self.items(name)):
            yield _Kept(item, f"{self._path(name)}[{number}]", self.kept)


def _read_v1(fields: _Kept) -> Provenance:
    definition, run = fields.child("buildDefinition"), fields.child("runDetails")
    external, metadata = definition.child("externalParameters"), run.child("metadata")
    config, request, workflow = external.child("configSource"), external.child("request"), external.child("workflow")
    materials = _materials(definition, "resolvedDependencies")
    source = config.text("uri") or workflow.text("repository") or external.text("source")
    buildkit = metadata.child("buildkit_metadata")
    return Provenance(
        builder=run.child("builder").text("id"),
        build_type=definition.text("buildType"),
        invocation=metadata.text("invocationId"),
        source=source or _vcs(buildkit, "source"),
        revision=_one(config.mapping("digest")) or _revision(source, materials) or _vcs(buildkit, "revision"),
        entry_point=config.text("path") or workflow.text("path") or external.text("entryPoint"),
        parameters=tuple(_arguments(request.mapping("args"))),
        target=request.mapping("args").get("target", ""),
        platform=definition.child("internalParameters").text("builderPlatform"),
        materials=materials,
        started=metadata.moment("startedOn"),
        finished=metadata.moment("finishedOn"),
        files=tuple(_files(buildkit)),
    )


def _read_v02(fields: _Kept) -> Provenance:
    invocation, metadata = fields.child("invocation"), fields.child("metadata")
    config, parameters = invocation.child("configSource"), invocation.child("parameters")
    environment = invocation.child("environment")
    materials, buildkit = _materials(fields, "materials"), metadata.child(_BUILDKIT_METADATA)
    source, arguments = config.text("uri"), parameters.raw("args")
    args = parameters.mapping("args") if isinstance(arguments, dict) else {}
    return Provenance(
        builder=fields.child("builder").text("id"),
        build_type=fields.text("buildType"),
        invocation=metadata.text("buildInvocationID") or metadata.text("buildInvocationId"),
        source=source or _vcs(buildkit, "source"),
        revision=_one(config.mapping("digest")) or _revision(source, materials) or _vcs(buildkit, "revision"),
        entry_point=config.text("entryPoint"),
        parameters=tuple(_arguments(args)),
        target=args.get("target", ""),
        platform=environment.text("platform") if isinstance(environment.raw("platform"), str) else "",
        materials=materials,
        started=metadata.moment("buildStartedOn"),
        finished=metadata.moment("buildFinishedOn"),
        files=tuple(_files(buildkit)),
    )


def _materials(fields: _Kept, name: str) -> tuple[Material, ...]:
    return tuple(Material(each.text("uri") or each.text("name"), each.mapping("digest")) for each in fields.each(name))


def _arguments(arguments: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Build arguments and labels: what BuildKit tells its frontend besides is how it was called."""
    for name, value in arguments.items():
        kind, colon, rest = name.partition(":")
        if colon and kind == "build-arg":
            yield rest, value


def _vcs(buildkit: _Kept, name: str) -> str:
    return buildkit.child("vcs").text(name)


def _files(buildkit: _Kept) -> Iterator[SourceFile]:
    for info in buildkit.child("source").each("infos"):
        content = info.data("data")
        if content is not None:
            yield SourceFile(info.text("filename"), info.text("language"), content)


def _revision(source: str, materials: tuple[Material, ...]) -> str:
    """The commit of a source, where a material of the same address has it."""
    if not source:
        return ""
    address = source.removeprefix("git+").partition("@")[0].partition("#")[0]
    for each in materials:
        found = each.uri.removeprefix("git+").partition("#")[0]
        if found == address or found.startswith(f"{address}@"):
            return each.digests.get("gitCommit") or each.digests.get("sha1") or _one(each.digests)
    return ""


def _one(digests: Mapping[str, str]) -> str:
    return next(iter(digests.values()), "")
