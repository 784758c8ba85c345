"""Work on hostile text in a process of its own, which can be ended.

A regular expression may take hours on a text that was made for that, and while it runs no
other thread of its process does; a comparison of two texts may take minutes. So such work
has its own process, and a few seconds.
"""

import asyncio
import json
from contextlib import suppress

from ocitui.import_path import isolated_python

_PROGRAM = "from importlib import import_module; sys.exit(import_module(sys.argv[1]).main(*sys.argv[2:]))"


async def run_isolated(module: str, arguments: list[str], data: bytes, patience: float) -> object | None:
    """Run ``module.main(*arguments)`` in a process; return what it writes as JSON, or None where it did not finish.

    Args:
        module: its full name. It should import little.
        arguments: what it is told.
        data: what it reads on its standard input.
        patience: seconds to wait.
    """
    clean = [argument.replace("\0", "") for argument in arguments]
    try:
        process = await asyncio.create_subprocess_exec(
            *isolated_python(_PROGRAM, module, *clean),
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
