"""Where credentials are looked for, and in which order."""

import base64
import json
import os
import signal
import stat
from pathlib import Path

import pytest

from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.login import helpers
from ocitui.transports.registry.login.credentials import Credentials, find_credentials
from ocitui.transports.registry.patience import Watch
from ocitui.transports.registry.registries_conf import Endpoint
from ocitui.transports.registry.settings import Login, RegistrySettings
from tests.patience import PATIENCE

NGINX = Endpoint("docker.io", "library/nginx")
TEAM = Endpoint("registry.example:5000", "team/app")


def auth(user: str, padding: str = "") -> dict[str, str]:
    """An entry as ``docker login`` writes it."""
    return {"auth": base64.b64encode(f"{user}:word of {user}{padding}".encode()).decode()}


def write(path: Path, **document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def user_of(endpoint: Endpoint, **options: object) -> str | None:
    """The user that is found."""
    found = find_credentials(endpoint, RegistrySettings(**options), Watch())  # type: ignore[arg-type]
    assert found is None or found.password in ("", f"word of {found.user}")
    return found.user if found is not None else None


def test_files_in_their_order(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_of(TEAM) is None
    write(home / ".dockercfg", **{TEAM.host: auth("old")})
    assert user_of(TEAM) == "old"
    write(home / ".docker/config.json", auths={TEAM.host: auth("docker")})
    assert user_of(TEAM) == "docker"
    write(tmp_path / "named/config.json", auths={TEAM.host: auth("named")})
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "named"))
    assert user_of(TEAM) == "named"
    write(home / ".config/containers/auth.json", auths={TEAM.host: auth("config")})
    assert user_of(TEAM) == "config"
    write(tmp_path / "xdg/containers/auth.json", auths={TEAM.host: auth("xdg")})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert user_of(TEAM) == "xdg"
    write(tmp_path / "run/containers/auth.json", auths={TEAM.host: auth("run")})
    assert user_of(TEAM) == "run"
    only = write(tmp_path / "only.json", auths={})
    assert user_of(TEAM, authfile=only) is None
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(only))
    assert RegistrySettings.from_environment().authfile == only
    assert RegistrySettings.from_environment(authfile="x").authfile == Path("x")
    assert user_of(TEAM, login=Login("ada", "word of ada")) == "ada"
    assert user_of(TEAM, is_anonymous=True) is None


def test_the_longest_path_comes_first(tmp_path: Path) -> None:
    hosts = {TEAM.host: auth("host"), f"https://{TEAM.host}/v2/": auth("url")}
    file = write(tmp_path / "a", auths=hosts)
    assert user_of(TEAM, authfile=file) == "host"
    write(file, auths={**hosts, f"{TEAM.host}/team": auth("team")})
    assert user_of(TEAM, authfile=file) == "team"
    write(file, auths={**hosts, f"{TEAM.host}/team": auth("team"), f"{TEAM.host}/team/app": auth("app")})
    assert user_of(TEAM, authfile=file) == "app"
    assert user_of(Endpoint(TEAM.host, "teams/app"), authfile=file) == "host"
    write(file, auths={f"https://{TEAM.host}/v1/": auth("url"), f"{TEAM.host}/other": auth("other")})
    assert user_of(TEAM, authfile=file) == "url"
    assert user_of(Endpoint("registry.example", "team/app"), authfile=file) is None


@pytest.mark.parametrize(
    "key", ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io", "http://docker.io"]
)
def test_docker_hub_goes_by_several_names(key: str, tmp_path: Path) -> None:
    assert user_of(NGINX, authfile=write(tmp_path / "a", auths={key: auth("ada")})) == "ada"
    assert user_of(TEAM, authfile=tmp_path / "a") is None


def test_what_an_entry_may_hold(tmp_path: Path) -> None:
    file = tmp_path / "a"

    def found(entry: object) -> Credentials | None:
        return find_credentials(TEAM, RegistrySettings(authfile=write(file, auths={TEAM.host: entry})), Watch())

    assert found(auth("ada", "\0\0\0")) == Credentials(str(file), "ada", "word of ada")
    assert found({"identitytoken": "x", "auth": base64.b64encode(b"<token>:").decode()}) == Credentials(
        str(file), "<token>", "", "x"
    )
    assert found({"registrytoken": "x"}) == Credentials(str(file), registry_token="x")
    assert found({"username": "a", "password": "b"}) == Credentials(str(file), "a", "b")
    for nothing in ({}, [], None, {"auth": ""}, {"auth": 5}, {"email": "x"}):
        assert found(nothing) is None
    with pytest.raises(RegistryError, match="a: auth must be user:password in base64"):
        found({"auth": "@@@"})
    assert "word" not in repr(found(auth("ada")))


def test_files_that_cannot_be_understood(tmp_path: Path, home: Path) -> None:
    (tmp_path / "a").write_text("{")
    with pytest.raises(RegistryError, match="a: not valid JSON"):
        user_of(TEAM, authfile=tmp_path / "a")
    (tmp_path / "a").write_text("[]")
    with pytest.raises(RegistryError, match="a: must be a JSON object"):
        user_of(TEAM, authfile=tmp_path / "a")
    with pytest.raises(RegistryError, match="none: no such file"):
        user_of(TEAM, authfile=tmp_path / "none")


def test_mirrors_get_nothing_that_was_typed(tmp_path: Path) -> None:
    mirror = Endpoint("mirror.example", "team/app", is_typed=False)
    assert user_of(mirror, login=Login("ada", "word of ada")) is None
    assert find_credentials(mirror, RegistrySettings(token="x"), Watch()) is None
    file = write(tmp_path / "a", auths={"mirror.example": auth("mirror"), TEAM.host: auth("team")})
    assert user_of(mirror, authfile=file) == "mirror"


# Helpers.


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of helpers, in ``PATH``; each writes down what it was asked, and has time to."""
    monkeypatch.setattr(helpers, "LIMIT", PATIENCE)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def make_helper(folder: Path, name: str, answer: str) -> Path:
    """A helper that answers by a line of shell."""
    path = folder / f"docker-credential-{name}"
    path.write_text(f'#!/bin/sh\nread server || true\necho "$0 $* $server" >> {folder}/asked\n{answer}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder / "asked"


def says(user: str, secret: str) -> str:
    return f"echo '{json.dumps({'ServerURL': 'x', 'Username': user, 'Secret': secret})}'"


def test_the_store_of_docker(helper: Path, home: Path) -> None:
    asked = make_helper(helper, "store", says("ada", "word of ada"))
    write(home / ".docker/config.json", auths={TEAM.host: {}, NGINX.host: auth("file")}, credsStore="store")
    assert user_of(TEAM) == "ada"
    assert asked.read_text() == f"{helper}/docker-credential-store get {TEAM.host}\n"
    assert user_of(NGINX) == "file"


def test_a_helper_of_one_registry(helper: Path, home: Path) -> None:
    asked = make_helper(helper, "hub", says("<token>", "identity"))
    write(home / ".docker/config.json", auths={"docker.io": auth("file")}, credHelpers={"docker.io": "hub"})
    assert find_credentials(NGINX, RegistrySettings(), Watch()) == Credentials(
        "docker-credential-hub", identity_token="identity"
    )
    assert asked.read_text() == f"{helper}/docker-credential-hub get https://index.docker.io/v1/\n"
    assert user_of(TEAM) is None
    assert asked.read_text().count("\n") == 1  # it was not asked of another registry


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("echo 'credentials not found in native keychain'; exit 1", ""),
        ("echo 'locked \x1b[2J'; exit 1", "the credential helper docker-credential-x failed: locked \\x1b[2J"),
        ("echo '{'", "its answer is not JSON with Username and Secret"),
        ("echo '[]'", "its answer is not JSON with Username and Secret"),
        ('echo \'{"Username": 1, "Secret": "x"}\'', "its answer is not JSON with Username and Secret"),
        ("yes | head -c 1000000", "its answer is not JSON with Username and Secret"),
    ],
)
def test_a_helper_that_fails_is_noted(answer: str, note: str, helper: Path, home: Path) -> None:
    make_helper(helper, "x", answer)
    write(home / ".docker/config.json", credsStore="x")
    watch = Watch()
    assert find_credentials(TEAM, RegistrySettings(), watch) is None
    assert len(watch.notes) == bool(note)
    assert note in "".join(watch.notes)
    assert all(text.endswith("; going on without credentials") for text in watch.notes)


def test_a_helper_that_takes_long_is_ended(helper: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_helper(helper, "x", "exec sleep 3600")
    write(home / ".docker/config.json", credsStore="x")
    monkeypatch.setattr(helpers, "LIMIT", 0.3)
    watch = Watch()
    assert find_credentials(TEAM, RegistrySettings(), watch) is None
    assert "took longer than 0.3 seconds" in watch.notes[0]


def test_a_helper_that_leaves_a_child_behind_has_answered(helper: Path, home: Path) -> None:
    """Such a child holds the output open, as a store does that was started for it, and goes on running."""
    make_helper(helper, "x", f"sleep 300 &\necho $! > {helper}/child\n{says('ada', 'word')}")
    write(home / ".docker/config.json", credsStore="x")
    watch = Watch()
    try:
        found = find_credentials(TEAM, RegistrySettings(), watch)
    finally:
        os.kill(int((helper / "child").read_text()), signal.SIGKILL)
    assert found is not None
    assert (found.user, found.password, watch.notes) == ("ada", "word", [])


@pytest.mark.parametrize("name", ["none", "../bin/docker-credential-x", "x;touch ran", "", "a b"])
def test_a_helper_that_is_none(name: str, helper: Path, home: Path) -> None:
    asked = make_helper(helper, "x", "")
    write(home / ".docker/config.json", credHelpers={TEAM.host: name})
    watch = Watch()
    assert find_credentials(TEAM, RegistrySettings(), watch) is None
    assert len(watch.notes) == bool(name)
    assert not asked.exists()


def test_a_helper_of_the_current_folder_is_none(helper: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = make_helper(helper, "x", says("ada", "x"))
    write(home / ".docker/config.json", credsStore="x")
    monkeypatch.chdir(helper)
    for path in ("", ".", "bin:..", ":"):
        monkeypatch.setenv("PATH", path)
        watch = Watch()
        assert find_credentials(TEAM, RegistrySettings(), watch) is None
        assert "the credential helper docker-credential-x is not installed" in watch.notes[0]
    assert not asked.exists()
