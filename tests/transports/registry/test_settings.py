"""registries.conf, certs.d and proxies: what a machine and a user say of registries."""

from pathlib import Path

import pytest

from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.http.proxies import Proxy, proxy_for
from ocitui.transports.registry.http.tls import folder_of
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.registries_conf import Endpoint, endpoints_of
from ocitui.transports.registry.settings import RegistrySettings

DIGEST = "@sha256:" + "ab" * 32


def conf(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def places(name: str, **options: object) -> list[str]:
    """Where a name is asked for; ``!`` where certificates are not checked."""
    found = endpoints_of(ImageName.parse(name), RegistrySettings(**options))  # type: ignore[arg-type]
    return [each.place + ("!" if each.is_insecure else "") for each in found]


def test_without_settings_a_name_is_where_it_says(tmp_path: Path) -> None:
    assert endpoints_of(ImageName.parse("nginx"), RegistrySettings()) == [Endpoint("docker.io", "library/nginx")]
    assert Endpoint("docker.io", "library/nginx").api_host == "registry-1.docker.io"
    assert places("a.example/b", tls_verify=False) == ["a.example/b!"]


MIRRORED = """
unqualified-search-registries = ["elsewhere.example"]
[[registry]]
prefix = "docker.io"
location = "docker.io"
[[registry.mirror]]
location = "mirror.example:5000/hub/"
insecure = true
[[registry.mirror]]
location = "digests.example"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "tags.example"
pull-from-mirror = "tag-only"

[[registry]]
location = "old.example/team"
prefix = "new.example/a"
[[registry]]
location = "new.example"
insecure = true
[[registry]]
prefix = "new.example/a/b"
location = "third.example"
mirror-by-digest-only = true
[[registry.mirror]]
location = "only.example"

[[registry]]
prefix = "*.wild.example"
location = "tame.example/x"
[[registry]]
prefix = "*.bad.example"
blocked = true
[[registry]]
location = "bad.example/team"
blocked = true
"""


def test_mirrors_and_locations(tmp_path: Path) -> None:
    file = conf(tmp_path / "registries.conf", MIRRORED)
    for name, expected in {
        "nginx": ["mirror.example:5000/hub/library/nginx!", "tags.example/library/nginx", "docker.io/library/nginx"],
        f"a/b{DIGEST}": ["mirror.example:5000/hub/a/b!", "digests.example/a/b", "docker.io/a/b"],
        "new.example/a:1": ["old.example/team"],
        "new.example/a/c:1": ["old.example/team/c"],
        "new.example/ab:1": ["new.example/ab!"],
        "new.example:5000/ab:1": ["new.example:5000/ab!"],
        "new.example/a/b/c": ["third.example/c"],
        f"new.example/a/b/c{DIGEST}": ["only.example/c", "third.example/c"],
        "x.y.wild.example/a": ["tame.example/x/a"],
        "wild.example/a": ["wild.example/a"],
        "notwild.example/a": ["notwild.example/a"],
        "bad.example/teams/a": ["bad.example/teams/a"],
    }.items():
        assert places(name, registries_conf=file) == expected, name
    assert places("new.example/x", registries_conf=file, tls_verify=True) == ["new.example/x"]
    for name, prefix in (("bad.example/team/a", "bad.example/team"), ("x.bad.example/a", "*.bad.example")):
        with pytest.raises(RegistryError) as caught:
            places(name, registries_conf=file)
        assert str(caught.value) == f"{name}: is blocked by {file} (prefix '{prefix}')"


def test_what_was_typed_is_told_from_its_mirrors(tmp_path: Path) -> None:
    file = conf(tmp_path / "registries.conf", MIRRORED)
    found = endpoints_of(ImageName.parse("nginx"), RegistrySettings(registries_conf=file))
    assert [each.is_typed for each in found] == [False, False, True]
    moved = endpoints_of(ImageName.parse("new.example/a"), RegistrySettings(registries_conf=file))
    assert [each.is_typed for each in moved] == [False]


def test_which_files_are_read(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def to(location: str) -> str:
        return f'[[registry]]\nprefix = "a.example"\nlocation = "{location}"\n'

    etc, own = tmp_path / "etc/containers", home / ".config/containers"
    conf(etc / "registries.conf", to("etc.example"))
    assert places("a.example/b") == ["etc.example/b"]
    conf(etc / "registries.conf.d/01.conf", to("one.example"))
    conf(etc / "registries.conf.d/02.conf", to("two.example"))
    conf(etc / "registries.conf.d/03.txt", to("three.example"))
    assert places("a.example/b") == ["two.example/b"]
    conf(own / "registries.conf.d/00.conf", to("own-d.example"))
    assert places("a.example/b") == ["own-d.example/b"]
    conf(own / "registries.conf", to("own.example"))
    assert places("a.example/b") == ["own-d.example/b"]
    (own / "registries.conf.d/00.conf").unlink()
    assert places("a.example/b") == ["own.example/b"]
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(conf(tmp_path / "named.conf", "")))
    settings = RegistrySettings.from_environment()
    assert endpoints_of(ImageName.parse("a.example/b"), settings)[0].place == "two.example/b"
    with pytest.raises(RegistryError, match=r"none: no such file"):
        places("a.example/b", registries_conf=tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[registry", "not valid TOML: "),
        ("\x00", "not valid TOML: "),
        ("registry = 5", r"registry must be a list of tables \[\[registry\]\], not the number 5"),
        ('[[registry]]\nlocation = "a.example"\nmirror = 5', "mirror must be a list, not the number 5"),
        ('[[registry]]\nlocation = "a.example"\nmirror = [5]', "a mirror must be a table, not the number 5"),
        ('[[registry]]\nprefix = "a.example"\nlocation = "https://x"', "location must be like host:port/path, not "),
        ('[[registry]]\nprefix = "a.example"\nlocation = 5', "location must be a string, not the number 5"),
        ("a" * (1 << 20) + "=1", "is larger than 1,048,576 bytes"),
    ],
)
def test_settings_that_cannot_be_understood(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=said):
        places("a.example/b", registries_conf=conf(tmp_path / "r", text))


def test_folders_of_certificates(tmp_path: Path, home: Path) -> None:
    settings = RegistrySettings()
    assert folder_of("a.example:5000", settings) is None
    docker, etc = tmp_path / "etc/docker/certs.d/a.example:5000", tmp_path / "etc/containers/certs.d/a.example:5000"
    own = home / ".config/containers/certs.d/a.example:5000"
    for folder in (docker, etc, own):
        folder.mkdir(parents=True)
        assert folder_of("a.example:5000", settings) == folder
    assert folder_of("a.example", settings) is None
    assert folder_of("a.example", RegistrySettings(cert_dir=tmp_path)) == tmp_path
    with pytest.raises(RegistryError, match="none: no such folder"):
        folder_of("a.example", RegistrySettings(cert_dir=tmp_path / "none"))


def test_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_for("https", "a.example", 443) is None
    monkeypatch.setenv("https_proxy", "http://me:my%20word@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "b.example,.c.example,203.0.113.0/24,d.example:5000")
    assert proxy_for("https", "a.example", 443) == Proxy("http://proxy.example:3128", "me:my word")
    assert proxy_for("http", "a.example", 80) is None
    for host in ("b.example", "x.c.example", "203.0.113.9", "localhost", "127.0.0.1", "::1"):
        assert proxy_for("https", host, 443) is None, host
    assert proxy_for("https", "d.example", 5000) is None
    assert proxy_for("https", "d.example", 443) is not None
    assert proxy_for("https", "203.0.114.9", 443) is not None
    assert "word" not in repr(proxy_for("https", "a.example", 443))
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    assert proxy_for("https", "a.example", 443) == Proxy("http://proxy.example:3128")
    for wrong in ("socks5://proxy.example", "http://", "http://a:b"):
        monkeypatch.setenv("https_proxy", wrong)
        with pytest.raises(RegistryError, match="https_proxy: must be a proxy like http://host:port"):
            proxy_for("https", "a.example", 443)
