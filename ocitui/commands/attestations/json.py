"""The JSON output of ``ocitui attestations``::

    {"schemaVersion": 1, "place", "reference", "digest": of the manifest, "tag", "platform",
     "attestations": [
       {"digest", "mediaType", "about": digest of what it stands under,
        "isAboutThis": true, false, or null where it names no subject,
        "predicateType", "name": the same as people call it,
        "signatures": how many, none of which is checked, or null where it is in no envelope,
        "subjects": [{"name", "digest": {"sha256": "…"}}, …],
        "provenance": null or {"builder", "buildType", "invocation", "source", "revision", "entryPoint",
          "target", "platform", "arguments": {NAME: VALUE, …}, "bases": [MATERIAL, …],
          "materials": [MATERIAL, …], "started", "finished", "files": [{"name", "language", "text"}, …]},
        "sbom": null or {"format", "tools", "created",
          "packages": [{"name", "version", "license", "purl", "layer": number or null, "path": or null}, …]},
        "problems": […]}, …]}

MATERIAL is {"uri", "image": name, tag and platform, or null, "digest": {"sha256": "…"}}. The documents
themselves are printed by ``ocitui blob IMAGE DIGEST``.
"""

from collections.abc import Sequence

from ocitui.commands.opened.place import Place
from ocitui.commands.output.json import JsonObject, text_or_null, write_json
from ocitui.commands.output.layer_fields import image_head
from ocitui.image.attestations.find import Attestation
from ocitui.image.attestations.provenance import Material, Provenance, read_provenance
from ocitui.image.attestations.sbom import Sbom, numbers_by_diff_id, read_sbom
from ocitui.image.image import Image
from ocitui.spec.moment import format_moment


def write_attestations(place: Place, image: Image, found: Sequence[Attestation]) -> None:
    """Write what is attested of an image to standard output."""
    write_json({**image_head(place, image), "attestations": [_object(each, image) for each in found]})


def _object(attestation: Attestation, image: Image) -> JsonObject:
    statement, descriptor = attestation.statement, attestation.node.descriptor
    provenance = read_provenance(statement) if statement is not None else None
    sbom = read_sbom(statement) if statement is not None else None
    return {
        "digest": text_or_null(attestation.node.digest),
        "mediaType": descriptor.media_type if descriptor is not None else "",
        "about": text_or_null(attestation.about.digest),
        "isAboutThis": attestation.is_about_this,
        "predicateType": statement.predicate_type if statement is not None else None,
        "name": statement.kind_name if statement is not None else None,
        "signatures": statement.signatures if statement is not None else None,
        "subjects": [
            {"name": each.name, "digest": dict(each.digests)} for each in (statement.subjects if statement else ())
        ],
        "provenance": None if provenance is None else _provenance_object(provenance[0]),
        "sbom": None if sbom is None else _sbom_object(sbom, image),
        "problems": [
            *filter(None, [attestation.mismatch]),
            *attestation.problems,
            *(provenance[1] if provenance is not None else ()),
        ],
    }


def _provenance_object(provenance: Provenance) -> JsonObject:
    return {
        "builder": provenance.builder,
        "buildType": provenance.build_type,
        "invocation": provenance.invocation,
        "source": provenance.source,
        "revision": provenance.revision,
        "entryPoint": provenance.entry_point,
        "target": provenance.target,
        "platform": provenance.platform,
        "arguments": dict(provenance.parameters),
        "bases": [_material_object(each) for each in provenance.bases],
        "materials": [_material_object(each) for each in provenance.materials],
        "started": provenance.started and format_moment(provenance.started),
        "finished": provenance.finished and format_moment(provenance.finished),
        "files": [
            {"name": each.name, "language": each.language, "text": each.content.decode("utf-8", "backslashreplace")}
            for each in provenance.files
        ],
    }


def _material_object(material: Material) -> JsonObject:
    return {"uri": material.uri, "image": material.image or None, "digest": dict(material.digests)}


def _sbom_object(sbom: Sbom, image: Image) -> JsonObject:
    numbers = numbers_by_diff_id(image)
    return {
        "format": sbom.format,
        "tools": list(sbom.tools),
        "created": sbom.created,
        "packages": [
            {
                "name": each.name,
                "version": each.version,
                "license": each.license,
                "purl": each.purl,
                "layer": numbers.get(each.diff_id),
                "path": each.path or None,
            }
            for each in sbom.packages
        ],
    }
