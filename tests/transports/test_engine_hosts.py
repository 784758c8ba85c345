"""Where engines are looked for."""

import hashlib
import json
import socket
from pathlib import Path

import pytest

from ocitui.transports.engines.hosts import Host, hosts_of, local_hosts


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "home"


def listen(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    found = socket.socket(socket.AF_UNIX)
    found.bind(str(path))
    found.listen()
    return found


def test_rootless_sockets_are_found(tmp_path: Path) -> None:
    with listen(tmp_path / "docker.sock"), listen(tmp_path / "podman/podman.sock"):
        assert Host(f"unix://{tmp_path}/docker.sock") in local_hosts("docker")
        assert Host(f"unix://{tmp_path}/podman/podman.sock") in local_hosts("podman")
        assert local_hosts("podman")[0].refusal() == ""
    assert local_hosts("podman")[0].refusal() == "Connection refused"


def test_a_file_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "docker.sock").write_text("")
    assert Host(f"unix://{tmp_path}/docker.sock") not in hosts_of("docker")


def test_what_the_environment_names_is_taken_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listen(tmp_path / "docker.sock"):
        monkeypatch.setenv("DOCKER_HOST", "tcp://example.org:2376")
        assert [host.url for host in hosts_of("docker")] == ["tcp://example.org:2376"]
        assert local_hosts("docker") == []  # a network is not used for a guess
    monkeypatch.setenv("CONTAINER_HOST", "unix:///nowhere.sock")
    assert [host.url for host in hosts_of("podman")] == ["unix:///nowhere.sock"]


@pytest.mark.parametrize("chosen_by", ["DOCKER_CONTEXT", "config.json"])
def test_dockers_context(chosen_by: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("docker")
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    name = "farm"
    meta = home / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoint = {"Host": "unix:///farm.sock", "SkipTLSVerify": False}
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    is_in_file = chosen_by == "config.json"
    (home / ".docker/config.json").write_text(json.dumps({"currentContext": name} if is_in_file else {}))
    if not is_in_file:
        monkeypatch.setenv("DOCKER_CONTEXT", name)
    assert [host.url for host in hosts_of("docker")] == ["unix:///farm.sock"]


def test_docker_settings_that_are_broken_are_passed_over(home: Path) -> None:
    (home / ".docker").mkdir(parents=True)
    (home / ".docker/config.json").write_text("{")
    assert all(host.is_here for host in hosts_of("docker"))
