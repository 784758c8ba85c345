"""`ocitui serve`: what cannot be served. The rest is in `tests/tui/browser`."""

import socket
from pathlib import Path

from tests.commands.conftest import Run


def test_what_cannot_be_served(run: Run, demo_layout: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", demo_layout, "--port", str(port))
        assert (done.code, done.message) == (
            2,
            f"serve: cannot listen on '127.0.0.1' port {port}: Address already in use",
        )
    assert "localhost.invalid" in run("serve", demo_layout, "--host", "localhost.invalid").message
    assert "none" in run("serve", f"{demo_layout}:none").message
    assert run("serve", demo_layout, "--creds", "a:b").code == 2
