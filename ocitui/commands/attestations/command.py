"""``ocitui attestations``: who built an image, from what, and what an SBOM says is in it."""

from collections.abc import Sequence

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.choice import take_image
from ocitui.commands.opened.place import Place, remark, report
from ocitui.commands.output import terminal
from ocitui.commands.output.contents import write_contents
from ocitui.commands.output.facts import section_lines
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.attestations.find import Attestation, attestations_of
from ocitui.image.attestations.provenance import read_provenance
from ocitui.image.attestations.sbom import numbers_by_diff_id, read_sbom
from ocitui.image.documents.attested import describe_attestation, package_cells, provenance_first
from ocitui.image.glob import matches_path
from ocitui.image.image import Image
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.option("--packages", "has_packages", is_flag=True, help="Print the packages that the SBOMs list.")
@click.option("--filter", "pattern", metavar="GLOB", help="Print only packages of such a name: openssl, 'log4j*'.")
@click.option("--dockerfile", "has_dockerfile", is_flag=True, help="Print the Dockerfile that the provenance holds.")
@platform_option
@color_option
@json_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    has_packages: bool,
    pattern: str | None,
    has_dockerfile: bool,
    platform: Platform | None,
    as_json: bool,
) -> int:
    """Print what is attested of an image: SLSA provenance (who built it, from which source,
    on which base), SBOMs (SPDX, CycloneDX) and other statements of in-toto.

    They are those that BuildKit puts into an index, cosign's, and whatever else refers to the
    image: a registry is asked for its referrers, and for cosign's tags (sha256-….att).
    Signatures are not checked, and what the documents say may not be so: whoever can write
    to the repository can write them.

    --packages prints the name, the version, the license and the package URL of each package,
    and the layer and the path it was found in, where an SBOM has them.

    Exits with 1 where there is none, or none of what was asked for, and with 2 where one
    cannot be read or is about another image.
    """
    if has_packages + has_dockerfile + as_json > 1:
        raise UsageError("attestations: --packages, --dockerfile and --json exclude each other")
    if pattern is not None and not has_packages:
        raise UsageError("attestations: --filter is for --packages")
    platform = chosen_platform(context, platform)
    place = Place.open(image, platform, has_referrers=True)
    chosen = take_image(place, platform)
    found = list(attestations_of(chosen.node, place.transport))
    if as_json:
        from ocitui.commands.attestations.json import write_attestations

        write_attestations(place, chosen, found)
        is_found = bool(found)
    elif has_packages:
        is_found = _print_packages(chosen, found, pattern)
    elif has_dockerfile:
        is_found = _print_dockerfile(found)
    else:
        is_found = _print_all(found)
        if not is_found and not place.unlisted:
            remark("no attestations found")
    wrong = [f"{_title(each)}: {each.mismatch}" for each in found if each.mismatch]
    wrong += [text for each in found for text in each.problems]
    return report(wrong) or (2 if place.unlisted else 0 if is_found else 1)


def _title(attestation: Attestation) -> str:
    return f"{attestation.node.kind.value} {attestation.node.digest}"


def _print_all(found: Sequence[Attestation]) -> bool:
    width = terminal.terminal_width()
    for number, section in enumerate(provenance_first(map(describe_attestation, found))):
        lines = section_lines(section, width)
        if number == 0:
            next(lines, None)  # the blank line before it
        for line in lines:
            terminal.write_line(line)
    return bool(found)


def _print_packages(image: Image, found: Sequence[Attestation], pattern: str | None) -> bool:
    boms = [sbom for each in found if each.statement and (sbom := read_sbom(each.statement))]
    packages = dict.fromkeys(package for sbom in boms for package in sbom.packages)
    numbers = numbers_by_diff_id(image)
    rows = [
        [*map(printable, package_cells(each, numbers))]
        for each in packages
        if pattern is None or matches_path(pattern, each.name)
    ]
    if rows:
        head = ["name", "version", "license", "package URL", "found in"]
        lines = terminal.columns([head, *rows], frozenset(), None)
        terminal.write_line(terminal.dim(lines[0]))
        for line in lines[1:]:
            terminal.write_line(line)
    elif not boms:
        remark("no SBOM that ocitui can read")
    return bool(rows)


def _print_dockerfile(found: Sequence[Attestation]) -> bool:
    for each in found:
        provenance = read_provenance(each.statement) if each.statement is not None else None
        file = provenance[0].dockerfile if provenance is not None else None
        if file is not None:
            write_contents(iter([file.content]), "the Dockerfile")
            return True
    remark("no provenance holds the Dockerfile; BuildKit keeps it with --provenance=mode=max")
    return False
