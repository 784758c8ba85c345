"""The process that scans one layer: what it is told on its command line, and what it says on its pipe.

Where a blob is in a registry, the first line of its standard input says how that is asked.

It says lines of words: ``progress BLOB_BYTES BLOB_SIZE UNPACKED ENTRIES LISTED``, ``done``,
``note MESSAGE`` when reading takes longer, ``full MESSAGE`` when the index cannot be
written there, ``error MESSAGE`` when the blob cannot be read, ``missing MESSAGE`` when it
is missing, ``unreadable MESSAGE`` when it is this machine that does not give it, ``table
MESSAGE`` when its table of contents is of no use, ``elsewhere SIZE`` when that is not where
it was looked for (see `ElsewhereError`). Where no index is wanted, ``done
SUMMARY`` says what there is to say of the blob. It ends with whoever started it, whose end
of its standard input closes then.
"""

import os
import sqlite3
import sys
import threading
from contextlib import suppress
from pathlib import Path

from ocitui.errors import BlobMissingError, BlobUnreadableError, OcituiError
from ocitui.import_path import isolated_python
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.scan.request import LayerRequest, has_secret
from ocitui.layers.toc.errors import ElsewhereError, TableError


def main(arguments: list[str]) -> int:
    """Scan one layer.

    Args:
        arguments: as `command_line` made them, after the program.
    """
    target, kept, niceness, *words = arguments
    secret = _read_line() if has_secret(words) else ""
    threading.Thread(target=_end_with_parent, args=(target,), daemon=True).start()
    if niceness != "0" and hasattr(os, "nice"):
        os.nice(int(niceness))
    try:
        request = LayerRequest.from_args(words, secret, lambda text: _say(f"note {text}"))
        result = ""
        if target:
            summary = build_index(request, Path(target), _say_progress)
            if kept and summary.verified:
                with suppress(OSError):
                    os.replace(target, kept)
        else:
            from ocitui.layers.scan.check import check_blob, to_line

            result = to_line(check_blob(request, _say_progress))
    except BlobMissingError as error:
        _say(f"missing {error}")
    except ElsewhereError as error:
        _say(f"elsewhere {error.size}")
    except TableError as error:
        _say(f"table {error}")
    except BlobUnreadableError as error:
        _say(f"unreadable {error}")
    except OcituiError as error:
        _say(f"error {error}")
    except (sqlite3.Error, OSError) as error:
        _say(f"full {error}")
    except MemoryError:
        _say("error there is not enough memory to unpack this layer")
    else:
        _say(f"done {result}")
    return 0


def command_line(request: LayerRequest, target: Path | None, niceness: int, kept: Path | None = None) -> list[str]:
    """The command that starts a worker: one that writes an index to a target, or one that only checks the blob.

    An index whose blob was verified is renamed to where it is kept before the worker says
    that it is done, so that none is left over when its parent is killed just then.
    """
    return isolated_python(
        "from ocitui.layers.scan.worker import main; sys.exit(main(sys.argv[1:]))",
        *(os.fspath(target or ""), os.fspath(kept or ""), str(niceness)),
        *request.to_args(),
    )


def _say(line: str) -> None:
    try:
        sys.stdout.write(line.replace("\n", " ") + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


def _say_progress(progress: ScanProgress) -> None:
    done, entries = f"{progress.blob_bytes} {progress.blob_size}", f"{progress.unpacked_bytes} {progress.entries}"
    _say(f"progress {done} {entries} {int(progress.is_listed)}")


def _read_line() -> str:
    """The first line of standard input; what follows it is left there."""
    parts: list[bytes] = []
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        parts.append(byte)
    return b"".join(parts).decode()


def _end_with_parent(target: str) -> None:
    """End once whoever started this has, however that was, and take along what nobody will finish."""
    while os.read(0, 64):
        pass
    if target:
        with suppress(OSError):
            os.unlink(target)
    os._exit(1)
