"""The output of ``ocitui waste --json``.

::

    {"schemaVersion": 1, "place", "image": digest,
     "shippedBytes": of the files of all layers, "wastedBytes": without those of the base where that is left out;
                     of the layers that are known, where one is not, and null where none is,
     "efficiency": the part of the shipped bytes that the final filesystem shows, or null where it is not known,
     "doubtfulLayers": [] those missing, damaged or encrypted: sums are lower bounds then, "efficiency" and "dive" null,
     "base": {"layers": number, "from": "first|annotation|auto|…", "wastedBytes": its own,
              "leftOut": true or false} or null,
     "dive": {"efficiencyScore", "inefficientBytes", "sizeBytes", "userWastedPercent": ratio or null,
              "inefficientFiles": number} as dive counts, or null where it is not known,
     "secrets": [{"kind", "pattern", "path", "bytes",
                  "contentMatches": true, or false where only the path was looked at}, …],
     "layers": [{"layer": number, "digest", "diffID", "instruction", "createdBy",
                 "candidates": [{"position", "createdBy"}, …], "reason": as `ocitui which --json` has them,
                 "shippedBytes", "wastedBytes": that it ships, "madeWasteBytes": of any layer;
                 null where the layer is not known}, …],
     "directories": [{"path", "bytes", "files"}, …] each with all below it; those that say no more than one in them
                    are left out,
     "instructions": [{"instruction", "wastedBytes", "madeWasteBytes"}, …],
     "packages": [{"package", "version", "manager", "shownBytes", "wastedBytes", "files"}, …] with ``--by package``,
                 else null; the one without a name is what no package owns,
     "paths": [PATH, …] the most bytes first,
     "duplicates": [COPY and "path", …] with ``--same-content``, else null; their bytes are not in "wastedBytes",
     "problems": ["…"]}

    PATH  {"path", "bytes", "firstLayer": that paid first, "madeIn": the last layer that made any of it waste,
           "copies": [COPY, …]}
    COPY  {"layer": number, "bytes", "madeIn": the layer that made it waste,
           "why": "deleted|replaced|attributes|again|same content|left out",
           "modified": ["type", "content", "link", "mode", "owner", "xattrs", "time"] in what its replacement differs,
           "contentCompared": false where contents that may be the same were not read,
           "sameAs": the other path, or null}

Of what is not UTF-8 the exact bytes are beside it in Base 64: ``pathBytes``, ``sameAsBytes``.
Fields are added without a new ``schemaVersion``.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocitui.commands.opened.image import OpenImage
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, path_fields, text_or_null, write_json
from ocitui.commands.output.layer_fields import layer_fields
from ocitui.display import printable
from ocitui.image.dive.efficiency import Efficiency
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.waste.report import WasteReport
from ocitui.image.waste.sums import LayerSum, sum_by_directory, sum_by_name
from ocitui.image.waste.waste import WastedCopy, WastedPath

if TYPE_CHECKING:
    from ocitui.image.packages.sums import PackageSum


def write_waste_json(
    opened: OpenImage,
    found: WasteReport,
    packages: "Sequence[PackageSum] | None",
    problems: Sequence[str],
) -> None:
    """Write everything as one object."""
    image, waste, base = opened.image, found.waste, found.base
    is_known = not image.layers or any(each.shipped is not None for each in found.layers)
    write_json(
        {
            "schemaVersion": SCHEMA_VERSION,
            "place": opened.place.transport.place,
            "image": text_or_null(image.node.digest),
            "shippedBytes": waste.total_shipped if is_known else None,
            "wastedBytes": waste.total if is_known else None,
            "efficiency": waste.efficiency,
            "doubtfulLayers": list(waste.doubtful),
            "base": {
                "layers": base.layers,
                "from": printable(base.name),
                "wastedBytes": base.wasted,
                "leftOut": base.is_left_out,
            }
            if base is not None
            else None,
            "dive": _dive_object(found.dive) if found.dive is not None else None,
            "secrets": [
                {
                    "kind": printable(each.pattern.kind),
                    "pattern": printable(each.pattern.glob),
                    **path_fields("path", each.wasted.path),
                    "bytes": each.wasted.size,
                    "contentMatches": each.is_read,
                }
                for each in found.secrets
            ],
            "layers": [_layer_object(image, each) for each in found.layers],
            "directories": [
                {**path_fields("path", each.path), "bytes": each.size, "files": each.copies}
                for each in sum_by_directory(waste.copies)
            ],
            "instructions": [
                {"instruction": each.name, "wastedBytes": each.wasted, "madeWasteBytes": each.made}
                for each in sum_by_name(waste, lambda number: origin_text(image.history, number))
            ],
            "packages": [_package_object(each) for each in packages] if packages is not None else None,
            "paths": [_path_object(each) for each in waste.paths],
            "duplicates": [{**path_fields("path", each.path), **_copy_object(each)} for each in found.duplicates]
            if found.duplicates is not None
            else None,
            "problems": list(problems),
        }
    )


def _dive_object(dive: Efficiency) -> JsonObject:
    return {
        "efficiencyScore": dive.score,
        "inefficientBytes": dive.wasted,
        "sizeBytes": dive.size,
        "userWastedPercent": dive.user_wasted if math.isfinite(dive.user_wasted) else None,
        "inefficientFiles": len(dive.paths),
    }


def _layer_object(image: Image, each: LayerSum) -> JsonObject:
    is_known = each.shipped is not None
    return {
        **layer_fields(image, each.layer),
        "shippedBytes": each.shipped,
        "wastedBytes": each.wasted if is_known else None,
        "madeWasteBytes": each.made if is_known else None,
    }


def _package_object(each: "PackageSum") -> JsonObject:
    package = each.package
    return {
        "package": printable(package.name) if package is not None else None,
        "version": printable(package.version) if package is not None else None,
        "manager": package.manager if package is not None else None,
        "shownBytes": each.shown,
        "wastedBytes": each.wasted,
        "files": each.files,
    }


def _path_object(wasted: WastedPath) -> JsonObject:
    return {
        **path_fields("path", wasted.path),
        "bytes": wasted.size,
        "firstLayer": wasted.first_layer,
        "madeIn": wasted.made_in,
        "copies": [_copy_object(copy) for copy in wasted.copies],
    }


def _copy_object(copy: WastedCopy) -> JsonObject:
    return {
        "layer": copy.layer,
        "bytes": copy.size,
        "madeIn": copy.made_in,
        "why": copy.why.value,
        "modified": [aspect.value for aspect in copy.change.aspects],
        "contentCompared": not (copy.change.content_is_open or copy.change.content_is_assumed),
        **(path_fields("sameAs", copy.same_as) if copy.same_as is not None else {"sameAs": None}),
    }
