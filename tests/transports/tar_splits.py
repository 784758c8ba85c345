"""Makes a tar-split of a tar and unpacks its files, as a storage of podman has them."""

import base64
import gzip
import io
import json
import tarfile
from pathlib import Path

from ocitui.transports.containers_storage.tar_split import TarSplitBlob


def lines_of(tar: bytes) -> list[dict[str, object]]:
    """A line for each run: the contents of files, and all bytes between them."""
    lines: list[dict[str, object]] = []
    end = 0
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for member in archive:
            lines.append({"type": 2, "payload": base64.b64encode(tar[end : member.offset_data]).decode()})
            name = member.name.encode("utf-8", "surrogateescape")
            line: dict[str, object] = {"type": 1, "payload": None}
            try:
                line["name"] = name.decode()
            except UnicodeDecodeError:
                line["name_raw"] = base64.b64encode(name).decode()
            end = member.offset_data
            if member.isreg() and member.size:
                line |= {"size": member.size, "payload": "AAAAAAAAAAA="}
                end += member.size
            lines.append(line)
    lines.append({"type": 2, "payload": base64.b64encode(tar[end:]).decode()})
    return [line | {"position": number} for number, line in enumerate(lines)]


def write_split(folder: Path, lines: list[dict[str, object]], size: int | None = None) -> TarSplitBlob:
    """Write a tar-split beside a folder ``files``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "layer.tar-split.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    (folder / "files").mkdir(exist_ok=True)
    return TarSplitBlob(path, folder / "files", size)


def split(tar: bytes, folder: Path) -> TarSplitBlob:
    """Take a tar apart into its files and a tar-split."""
    blob = write_split(folder, lines_of(tar), len(tar))
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        archive.extractall(blob.folder, filter="fully_trusted")
    return blob
