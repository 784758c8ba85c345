"""Work on hostile text in a process of its own, which can be ended.

A regular expression may take hours on a text that was made for that, and while it runs no
other thread of its process does; a comparison of two texts may take minutes. So such work
has its own process, and a few seconds.
"""

import asyncio
import json
import sys
from contextlib import suppress

_PROGRAM = (
    "import sys; n = int(sys.argv[1]); sys.path[:] = sys.argv[2:2 + n]\n"
    "from importlib import import_module; sys.exit(import_module(sys.argv[2 + n]).main(*sys.argv[3 + n:]))"
)


async def run_apart(module: str, arguments: list[str], data: bytes, patience: float) -> object | None:
    """What ``module.main(*arguments)`` writes on its standard output as JSON; None where it did not come to an end.

    Args:
        module: its full name. It should import little.
        arguments: what it is told.
        data: what it reads on its standard input.
        patience: seconds to wait.
    """
    path = [entry for entry in sys.path if entry]
    clean = [argument.replace("\0", "") for argument in arguments]
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", "-c", _PROGRAM, str(len(path)), *path, module, *clean),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (OSError, UnicodeEncodeError):
        return None
    try:
        output, _ = await asyncio.wait_for(process.communicate(data), patience)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        return None
    try:
        answer: object = await asyncio.to_thread(json.loads, output)
    except ValueError:
        return None
    return answer
