"""Names of images in registries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import UsageError
from ocitui.transports.registry.name import ImageName, is_loopback_name, split_host

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("typed", "host", "repository", "wanted", "whole"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", "docker.io/library/nginx:latest"),
        ("nginx:1.27-alpine", "docker.io", "library/nginx", "1.27-alpine", "docker.io/library/nginx:1.27-alpine"),
        ("grafana/loki", "docker.io", "grafana/loki", "latest", "docker.io/grafana/loki:latest"),
        ("docker.io/nginx", "docker.io", "library/nginx", "latest", "docker.io/library/nginx:latest"),
        ("index.docker.io/a/b:1", "docker.io", "a/b", "1", "docker.io/a/b:1"),
        ("localhost/a", "localhost", "a", "latest", "localhost/a:latest"),
        ("localhost:5000/a", "localhost:5000", "a", "latest", "localhost:5000/a:latest"),
        ("[::1]:5000/a/b__c.d-e:T", "[::1]:5000", "a/b__c.d-e", "T", "[::1]:5000/a/b__c.d-e:T"),
        (f"ghcr.io/a/b@{DIGEST}", "ghcr.io", "a/b", DIGEST, f"ghcr.io/a/b@{DIGEST}"),
        (f"ghcr.io/a/b:1@{DIGEST}", "ghcr.io", "a/b", DIGEST, f"ghcr.io/a/b@{DIGEST}"),
    ],
)
def test_what_a_name_means(typed: str, host: str, repository: str, wanted: str, whole: str) -> None:
    name = ImageName.parse(typed)
    assert (name.host, name.repository, name.wanted, str(name)) == (host, repository, wanted, whole)


def test_a_tag_that_was_not_typed_is_none() -> None:
    assert ImageName.parse("nginx").tag == ""
    assert ImageName.parse("nginx:latest").tag == "latest"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Nginx", "'library/Nginx' is not a repository: it needs lower-case letters and digits, like library/nginx"),
        ("a//b", "'a//b' is not a repository: it needs lower-case letters and digits, like library/nginx"),
        ("a/../b", "'a/../b' is not a repository"),
        ("a/b%2f", "'a/b%2f' is not a repository"),
        ("ex ample.com/a", "'ex ample.com' is not the host of a registry"),
        ("user:pa@ss@ghcr.io/a", "'…@ghcr.io/a': expected a digest like sha256:…, found 'ghcr.io/a'"),
        (
            "user:pass@host:5000",
            "'…@host:5000': expected a digest like sha256:…, found 'host:5000'; a login is no part",
        ),
        ("user:pass@ghcr.io", "'…@ghcr.io': expected a digest like sha256:…, found 'ghcr.io'; a login is no part"),
        ("user:pa@ss@[::1]:5000", "'…@[::1]:5000': expected a digest like sha256:…, found '[::1]:5000'"),
        ("nginx@latest", "'…@latest': expected a digest like sha256:…, found 'latest'"),
        ("user@ghcr.io/a", "expected a digest like sha256:…, found 'ghcr.io/a'"),
        ("ghcr.io:99999/a", "'ghcr.io:99999' is not the host of a registry"),
        ("ghcr.io/" + "a" * 250, "is not a repository"),
        ("a:" + "b" * 129, "is not a tag: at most 128 letters, digits and ._-"),
        ("a:-b", "is not a tag"),
        ("a@sha256:12", "expected 64 lower-case hexadecimal digits after sha256:, found '12'"),
        ("", "is not a repository"),
        ("localhost:5000", "names a registry, and no image in it: docker://localhost:5000/NAME"),
        ("registry.example.com:443", "names a registry, and no image in it"),
        ("[::1]:5000", "names a registry, and no image in it"),
    ],
)
def test_what_is_no_name(typed: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        ImageName.parse(typed)
    assert said in str(caught.value)
    assert "ss@" not in str(caught.value)


@given(st.text(alphabet="aA1:@/._-[]?#%\\ \n\x00é\udc80sh256", max_size=40))
def test_a_name_is_safe_in_a_url(typed: str) -> None:
    try:
        name = ImageName.parse(typed)
    except UsageError:
        return
    assert f"{name.host}{name.repository}{name.wanted}".isascii()
    assert not set(f"{name.repository}{name.wanted}") & set("?#%\\ \n\x00@")
    assert ".." not in name.repository.split("/")
    assert ImageName.parse(str(name)).wanted == name.wanted


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        *(("localhost", True), ("LOCALHOST.", True), ("a.localhost", True), ("127.1.2.3", True), ("::1", True)),
        *(("0:0:0:0:0:0:0:1", True), ("::ffff:127.0.0.1", True), ("::ffff:192.0.2.1", False), ("::2", False)),
        *(("localhost.example.org", False), ("127.example.org", False), ("100.64.0.1", False), ("notlocalhost", False)),
    ],
)
def test_this_machine_by_its_name(host: str, is_loopback: bool) -> None:
    assert is_loopback_name(host) is is_loopback


def test_hosts_and_ports() -> None:
    assert split_host("a.b:5000") == ("a.b", 5000)
    assert split_host("a.b") == ("a.b", None)
    assert split_host("[::1]:5000") == ("::1", 5000)
    assert split_host("[::1]") == ("::1", None)
