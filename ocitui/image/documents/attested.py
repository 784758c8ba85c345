"""An attestation as people read it: labelled facts, for the screen and for text alike."""

from collections.abc import Iterable, Iterator, Mapping

from ocitui.display import NOT_SET, count_noun, format_time, printable
from ocitui.image.attestations.find import Attestation
from ocitui.image.attestations.provenance import Material, Provenance, read_provenance
from ocitui.image.attestations.sbom import ListedPackage, Sbom, read_sbom
from ocitui.image.documents.summary import Fact, Section, several
from ocitui.spec.digest import Digest

_BUILDKIT = ("https://mobyproject.org/buildkit@v1", "https://github.com/moby/buildkit/")

_TITLE = 120
"""Characters of a predicate type that are said."""
_PACKAGES = 20
"""Packages that are named where not all are asked for."""


def describe_attestation(attestation: Attestation, most: int | None = None) -> Section:
    """Return everything there is to say of an attestation under one heading.

    Args:
        attestation: read or not.
        most: how many arguments, materials or subjects are said; of more it is said how many there are.
    """
    statement = attestation.statement
    facts = [Fact("problem", text, is_problem=True) for text in attestation.problems[:most]]
    if statement is None:
        return Section("attestation", tuple(facts))
    facts += _about_facts(attestation, most)
    facts.append(Fact("signed", signed_text(statement.signatures)))
    provenance = read_provenance(statement)
    if provenance is not None:
        facts += [Fact("problem", text, is_problem=True) for text in provenance[1][:most]]
        facts += _provenance_facts(provenance[0], most)
    sbom = read_sbom(statement)
    if sbom is not None:
        facts += _sbom_facts(sbom, most)
    return Section(printable(statement.kind_name[:_TITLE]) or "attestation", tuple(facts))


def provenance_first(sections: Iterable[Section]) -> list[Section]:
    """Return sections about attestations in the order they are looked for: how it was built goes first."""
    return sorted(sections, key=lambda section: not section.title.startswith("SLSA"))


def signed_text(signatures: int | None) -> str:
    """Return whether a statement is signed, as far as that is known: no signature is checked."""
    if not signatures:
        return "no"
    return f"{count_noun(signatures, 'signature')}, not checked"


def material_text(material: Material) -> str:
    """Return a material on one line: what it is, and its digest."""
    digest = next((f"{name}:{value}" for name, value in material.digests.items()), "")
    return "  ".join(filter(None, (material.image or material.uri or NOT_SET, digest)))


def package_cells(package: ListedPackage, numbers: Mapping[Digest | None, int]) -> tuple[str, str, str, str, str]:
    """Return name, version, license, package URL, and where it was found, as far as the SBOM has them; unsafe.

    Args:
        package: the package.
        numbers: of the layers, by their diff IDs.
    """
    where = f"layer {numbers[package.diff_id]}" if package.diff_id in numbers else ""
    place = "  ".join(filter(None, (where, package.path)))
    return package.name, package.version, package.license, package.purl, place


def _about_facts(attestation: Attestation, most: int | None) -> Iterator[Fact]:
    assert attestation.statement is not None
    if attestation.mismatch:
        yield Fact("problem", attestation.mismatch, is_problem=True)
    names = dict.fromkeys(each.name for each in attestation.statement.subjects if each.name not in ("", "_"))
    said = ", as its manifest says" if attestation.is_about_this is None else ""
    yield Fact("about", f"{attestation.about.digest}{said}")
    yield from several("name", names, most)


def _provenance_facts(provenance: Provenance, most: int | None) -> Iterator[Fact]:
    builder = provenance.builder
    if not builder and provenance.build_type.startswith(_BUILDKIT):
        builder = "BuildKit, which gives no address of the build"
    yield Fact("builder", builder or NOT_SET)
    if provenance.build_type:
        yield Fact("build type", provenance.build_type)
    yield Fact("source", provenance.source or "a local folder, or not told")
    if provenance.revision:
        yield Fact("revision", provenance.revision)
    if provenance.entry_point:
        yield Fact("built by", provenance.entry_point)
    if provenance.target:
        yield Fact("target", provenance.target)
    if provenance.platform:
        yield Fact("platform", provenance.platform)
    yield from several("arguments", (f"{name}={value}" for name, value in provenance.parameters), most)
    yield from several("base", map(material_text, provenance.bases), most)
    others = [each for each in provenance.materials if not each.is_base]
    yield from several("materials", map(material_text, others), most)
    if provenance.finished is not None:
        yield Fact("finished", f"{format_time(provenance.finished)} UTC")
    if provenance.started is not None and provenance.finished is not None:
        yield Fact("took", f"{(provenance.finished - provenance.started).total_seconds():,.0f} s")
    if provenance.invocation:
        yield Fact("run", provenance.invocation)
    for file in provenance.files:
        lines = file.content.count(b"\n") + (not file.content.endswith(b"\n") and bool(file.content))
        yield Fact(
            "kept",
            f"{file.name or file.language or 'a file'}, {count_noun(lines, 'line')}: ocitui attestations --dockerfile",
        )


def _sbom_facts(sbom: Sbom, most: int | None) -> Iterator[Fact]:
    yield Fact("format", sbom.format)
    yield from several("made by", sbom.tools, most)
    if sbom.created:
        yield Fact("created", sbom.created)
    yield Fact("packages", f"{len(sbom.packages):,}")
    for each in sbom.packages[:_PACKAGES]:
        yield Fact("", "  ".join(filter(None, (f"{each.name} {each.version}".rstrip(), each.license))))
    if len(sbom.packages) > _PACKAGES:
        yield Fact("", f"… and {len(sbom.packages) - _PACKAGES:,} more: ocitui attestations --packages")
