"""The colours of source text, found by a process that can be ended.

The expressions of a lexer may take hours on a text that was made for that, and a running
expression lets no other thread of its process run. So it has a process of its own, and a
few seconds.
"""

import asyncio
import json
import sys
from contextlib import suppress

from ocitui.tui.content.lexing import Spans

LIMIT = 1 << 19
"""Bytes of a text that gets colours."""
PATIENCE = 10.0
"""Seconds after which a text stays without colours."""
_PROGRAM = (
    "import sys; n = int(sys.argv[1]); sys.path[:] = sys.argv[2:2 + n]\n"
    "from ocitui.tui.content.lexing import main; sys.exit(main(sys.argv[2 + n]))"
)


async def highlight(name: str, text: str, patience: float = PATIENCE) -> tuple[str, list[Spans]]:
    """The language of a text and the colours of its lines; ``("", [])`` where there are none.

    Args:
        name: the file's name.
        text: all of it.
        patience: seconds to wait.
    """
    if text.count("\n") * 1000 < len(text) and len(text) > 20_000:
        return "", []  # minified, or no source text: nobody wrote these lines
    path = [entry for entry in sys.path if entry]
    arguments = ["-I", "-S", "-c", _PROGRAM, str(len(path)), *path, name.replace("\0", "")]
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return "", []
    try:
        output, _ = await asyncio.wait_for(process.communicate(text.encode("utf-8", "surrogatepass")), patience)
    except TimeoutError:
        return "", []
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        return "", []
    language, lines = await asyncio.to_thread(json.loads, output)
    return language, lines
