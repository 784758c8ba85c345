"""The Dockerfiles that builders keep in the provenance of an image, to stand beside its history."""

from ocitui.display import count_noun
from ocitui.image.attestations.find import attestations_of
from ocitui.image.attestations.provenance import may_be_provenance, read_provenance
from ocitui.image.documents.dockerfile import DockerfileLine
from ocitui.image.image import Image
from ocitui.transports.transport import Transport


def kept_dockerfiles(image: Image, transport: Transport, most: int) -> list[DockerfileLine]:
    """The lines of each Dockerfile that provenance of the image holds, below a remark that says so.

    BuildKit keeps them with ``mode=max``. Nothing is checked: whoever can write to the repository can write them.

    Args:
        image: the image.
        transport: where its blobs are.
        most: how many bytes of one are shown; those after it are told as a remark.
    """
    lines: list[DockerfileLine] = []
    seen = set()
    for each in attestations_of(image.node, transport, may_be_provenance):
        provenance = read_provenance(each.statement) if each.statement is not None else None
        file = provenance[0].dockerfile if provenance is not None else None
        if file is None or file.content in seen:
            continue
        seen.add(file.content)
        text = f"# {file.name or 'a file'}, as the provenance holds it (not checked)"
        lines += [DockerfileLine(""), DockerfileLine(text, is_remark=True)]
        if each.mismatch:
            lines.append(DockerfileLine(f"# {each.mismatch}", is_remark=True))
        shown = file.content[:most].decode("utf-8", "backslashreplace").removesuffix("\n")
        lines += [DockerfileLine(line.removesuffix("\r")) for line in shown.split("\n")]
        if len(file.content) > most:
            left = count_noun(len(file.content) - most, "byte")
            lines.append(DockerfileLine(f"# {left} more: ocitui attestations --dockerfile", is_remark=True))
    return lines
