"""The start of the program: runs a command, and reports an error on one line."""

import atexit
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import click

PROGRAM = "ocitui"
_COMPLETION = "_OCITUI_COMPLETE"
"""The variable through which a shell asks for completions, as click names it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 1 for "no", 2 for "could not do it".

    Args:
        arguments: what follows the program's name; None for the process's own.
    """
    try:
        return _run_and_report(arguments)
    except KeyboardInterrupt:  # at any time, also while modules are still loaded
        return 130


def _run_and_report(arguments: Sequence[str] | None) -> int:
    from ocitui.import_path import import_path

    sys.path[:] = import_path()
    _start_quickly()
    _prepare_streams()
    if arguments is None:
        _end_tidily()
    import click

    from ocitui.errors import OcituiError, defect

    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return code
    except click.exceptions.Exit as end:
        return end.exit_code
    except OcituiError as error:
        return _fail(str(error), error.exit_code)
    except click.ClickException as error:
        return _fail(_usage_message(error), 2)
    except click.Abort:
        return 130
    except BrokenPipeError:  # whoever reads has read enough
        _forget_output()
        return 0
    except OSError as error:
        if os.environ.get("OCITUI_DEBUG"):
            raise
        _forget_output()
        # What is read from an image has said its own name by now; what is left is what is written.
        place = os.fsdecode(error.filename) if error.filename else "standard output"
        return _fail(f"{place}: {error.strerror or error}", 2)
    except Exception as error:
        if os.environ.get("OCITUI_DEBUG"):
            raise
        return _fail(defect(error), 2)


def _run(arguments: list[str]) -> int:
    from ocitui.commands.group import commands

    if os.environ.get(_COMPLETION):
        commands.main(prog_name=PROGRAM, complete_var=_COMPLETION)
    with commands.make_context(PROGRAM, arguments) as context:
        code = commands.invoke(context)
    return code if isinstance(code, int) else 0


def _start_quickly() -> None:
    """Look for garbage less often, and not at all at the end: a quarter of the time of a short command.

    What is imported makes many objects and no garbage.
    """
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)


class _Interrupted(KeyboardInterrupt):
    """Ctrl+C, of a kind of its own.

    Where a plain KeyboardInterrupt leaves a string given to ``exec``, as dataclasses are made, CPython 3.11 ends by
    SIGINT whatever the exit code, also if it was caught (``unhandled_keyboard_interrupt``, ``Python/pythonrun.c``).
    """


def _end_tidily() -> None:
    """Let a shutdown, and a terminal that goes away, end the program as Ctrl+C does: nothing is left behind."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    for name in ("SIGHUP", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _exit)


def _interrupt(_number: int, _: object) -> NoReturn:
    raise _Interrupted


def _exit(number: int, _: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # once is enough, and what tidies up is not to be disturbed
    sys.exit(128 + number)


def _prepare_streams() -> None:
    """Make streams that always take text: what the encoding does not hold is escaped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who started this process
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """Send what is still to be written nowhere, so that the interpreter's last flush does not fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def _usage_message(error: "click.ClickException") -> str:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    if context is None:
        return message
    path = context.command_path.strip()
    command = path.removeprefix(PROGRAM).lstrip()
    return f"{command}: {message} See `{path} --help`." if command else f"{message} See `{path} --help`."


def _fail(message: str, code: int) -> int:
    from ocitui.display import printable

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _forget_output()
    with contextlib.suppress(OSError):  # nobody may be listening
        print(f"{PROGRAM}: {printable(message)}", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
