"""Fuzz some targets, or all of them, each for a while, as many side by side as there are cores.

::

    python -m tests.fuzz                        all targets, ten seconds each
    python -m tests.fuzz scanner --seconds 600

Inputs that led somewhere new are kept in a folder of the system's temporary one, and are
where the next run begins. One that makes a target fail is printed in Base 64 and ends the
run with 1: put it into ``corpus/TARGET/`` under a name that says what it is, and mend what
it found; the tests run all that is there.
"""

import argparse
import base64
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
"""What once failed, by target."""

_LENGTH = 1 << 15

_ONE = """
import sys, atheris
with atheris.instrument_imports(include=["ocitui"]):
    from tests.fuzz.targets import TARGETS
atheris.Setup(sys.argv[:1] + sys.argv[2:], TARGETS[sys.argv[1]])
atheris.Fuzz()
"""


def main() -> int:
    """Run; return 1 where a target failed, 2 where nothing could be fuzzed."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Fuzz what reads images.")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=10, help="how long for each target (default: 10)")
    options = parser.parse_args()
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("tests.fuzz: expected the package atheris, found none (pip install atheris)", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        held = list(pool.map(lambda name: fuzz(name, options.seconds), options.targets or TARGETS))
    return 0 if all(held) else 1


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own; say whether it held."""
    kept = Path(tempfile.gettempdir()) / "ocitui-fuzz" / name
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (kept / f"seed-{number}").write_bytes(seed)
    seeds = CORPUS / name
    with tempfile.TemporaryDirectory() as folder:
        found = f"{folder}/"
        arguments = [f"-max_total_time={seconds}", f"-max_len={_LENGTH}", f"-artifact_prefix={found}", "-timeout=20"]
        command = [sys.executable, "-c", _ONE, name, *arguments, "-rss_limit_mb=1500", str(kept)]
        done = subprocess.run([*command, *([str(seeds)] if seeds.is_dir() else [])], capture_output=True, check=False)
        runs = [line for line in done.stderr.decode(errors="replace").splitlines() if "Done " in line or "cov:" in line]
        print(
            f"{name:16} {'holds' if not done.returncode else 'FAILS'}  {runs[-1].strip() if runs else ''}", flush=True
        )
        if not done.returncode:
            return True
        sys.stderr.buffer.write(done.stderr[-6000:])
        for path in Path(folder).iterdir():
            print(f"{path.name}: {base64.b64encode(path.read_bytes()).decode()}", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
