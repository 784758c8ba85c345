"""What is listed first among waste: what looks like a secret by its path, and by what it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.demo.tar import file, whiteout
from ocitui.errors import LayerError, UsageError
from ocitui.image.waste.report import report_waste
from ocitui.image.waste.secret_rules import SecretPattern, read_rules
from ocitui.image.waste.secrets import SecretPatterns
from ocitui.image.waste.waste import find_waste
from ocitui.layers.entry import Entry as IndexedEntry
from tests.image.stacks import TarReader
from tests.image.waste.layers import named, text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("root/.ssh/id_ed25519", "key"),
        ("etc/ssl/private/SERVER.KEY", "key"),
        ("srv/.env", "token"),
        ("srv/app/.env.production", "token"),
        ("root/.aws/credentials", "token"),
        ("root/.docker/config.json", "token"),
        ("docker/config.json", None),
        ("root/.bash_history", "history"),
        ("srv/.git/config", "history"),
        ("var/lib/apt/lists/x_Packages", "cache"),
        ("srv/var/lib/apt/lists/x_Packages", None),
        ("root/.cache/pip/http/1/2", "cache"),
        ("usr/bin/python3", None),
        ("usr/lib/environment", None),
    ],
)
def test_what_looks_like_a_secret(path: str, kind: str | None) -> None:
    found = SecretPatterns.load().first(path.encode())
    assert (found.kind if found is not None else None) == kind


def test_secrets_that_are_gone_come_by_kind_and_size(tmp_path: Path) -> None:
    layers = [
        [text("root/.cache/x", 900), text("a.pem", 1), text("b.pem", 2), text("c.pem", 3), text(".env", 4)],
        [whiteout("root"), whiteout("a.pem"), whiteout("b.pem"), text("c.pem", 3, 0o600), text(".env", 5)],
    ]
    with named(tmp_path, *layers) as names:
        found = SecretPatterns.load().find(find_waste(names))
    assert [(each.pattern.kind, each.wasted.path) for each in found] == [
        ("key", b"b.pem"),
        ("key", b"a.pem"),
        ("token", b".env"),
        ("cache", b"root/.cache/x"),
    ]


def test_a_user_adds_patterns(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("# ours\n\nours  *.Vault\nours  /srv/private/**\n")
    patterns = SecretPatterns.load(own)
    assert patterns.patterns[:2] == (SecretPattern("ours", "*.Vault"), SecretPattern("ours", "/srv/private/**"))
    assert patterns.first(b"x/y.vault") == SecretPattern("ours", "*.Vault")
    assert patterns.first(b"srv/private/a/b") is not None
    assert patterns.first(b"root/.netrc") is not None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("key\n", "line 1: needs a kind and a glob, not 'key'"),
        ("key [b-a]\n", "line 1: not a valid glob: '[b-a]'"),
        ("not [b-a]\n", "line 1: not a valid glob: '[b-a]'"),
        ("holds key\n", "line 1: needs a kind and a regular expression, not 'key'"),
        ("\nholds key (\n", "line 2: not a valid regular expression: '('"),
    ],
)
def test_a_file_that_holds_no_patterns(content: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "patterns"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError) as raised:
        read_rules(path)
    assert message in str(raised.value)


def test_no_patterns_find_nothing() -> None:
    assert SecretPatterns([]).first(b"id_rsa") is None


# What they hold.

PEM = "-----BEGIN {} KEY-----\nMIIE\n"


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("key", PEM.format("PRIVATE").encode()),
        ("key", PEM.format("OPENSSH PRIVATE").encode()),
        ("key", b"Bag Attributes\n    localKeyID: 01\n" + PEM.format("ENCRYPTED PRIVATE").encode()),
        ("key", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n"),
        ("key", b"PuTTY-User-Key-File-3: ssh-ed25519\n"),
        ("key", bytes.fromhex("feedfeed00000002")),
        ("key", bytes.fromhex("308204bd020100300d06092a")),
        ("key", bytes.fromhex("308209d1020103308209")),
        ("key", bytes.fromhex("30770201010420")),
        ("key", b"(21:protected-private-key(3:rsa"),
        ("key", b"Created: 20240101T000000\nKey: (private-key (ecc"),
        ("token", b"//npm.example.org/:_authToken=npm_0123456789abcdef\n"),
        ("token", b'{"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz"}}}'),
        ("token", b"machine example.org\n  login me\n  password hunter22\n"),
        ("token", b"DB_HOST=db\nDB_PASSWORD=correct-horse\n"),
        ("token", b"export API_KEY='0123456789abcdef'\n"),
        ("token", b"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"),
        ("token", b"https://me:hunter22@example.org\n"),
        ("token", b"db:5432:app:me:hunter22\n"),
        ("token", b"me:$apr1$x$y\n"),
        ("token", b"users:\n- user:\n    client-key-data: LS0tLS1C\n"),
        ("token", b"<server><password>hunter22</password></server>"),
        ("token", b"0123456789abcdef\n"),
    ],
)
def test_what_holds_a_secret(kind: str, beginning: bytes) -> None:
    assert SecretPatterns.load().holds(kind, beginning)


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("key", b""),
        ("key", b"-----BEGIN CERTIFICATE-----\nMIIE\n"),
        ("key", PEM.format("PUBLIC").encode()),
        ("key", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
        ("key", b"ssh-rsa AAAAB3NzaC1yc2E me@example.org\n"),
        ("key", bytes.fromhex("308204bd308203a5a0030201")),
        ("token", b""),
        ("token", b"registry=https://npm.example.org/\n"),
        ("token", b"DB_HOST=\nDB_PASSWORD=\n"),
        ("token", b"password = input('Password: ')\n"),
        ("token", b"static char *password;\nif (!password)\n\treturn credential_read(&c);\n"),
        ("token", b'{"auths": {}}'),
        ("token", b"# This token is documented at https://example.org/token\n"),
    ],
)
def test_what_holds_none(kind: str, beginning: bytes) -> None:
    assert not SecretPatterns.load().holds(kind, beginning)


PACKAGED = [
    "usr/share/doc/git/contrib/credential/netrc/git-credential-netrc.perl",
    "usr/lib/git-core/git-credential-store",
    "usr/lib/python3.11/token.py",
    "usr/lib/python3/dist-packages/keyring/credentials.py",
    "usr/lib/python3.11/__pycache__/secrets.cpython-311.pyc",
    "usr/share/man/man1/systemd-ask-password.1.gz",
    "srv/node_modules/jsonwebtoken/lib/JsonWebTokenError.js",
    "usr/include/nss/secret.h",
]


@pytest.mark.parametrize("path", PACKAGED)
def test_what_packages_bring_is_no_token(path: str) -> None:
    found = SecretPatterns.load().first(path.encode())
    assert found is None or found.kind == "cache"


def test_files_that_hold_none_are_left_out(tmp_path: Path) -> None:
    layers = [
        [
            file("etc/cert.pem", "-----BEGIN CERTIFICATE-----\n" * 9),
            file("etc/server.pem", PEM.format("PRIVATE")),
            file("root/.npmrc", "registry=https://npm.example.org/\n"),
            file("root/.cache/x", "y"),
            file("srv/.npmrc", "//npm.example.org/:_authToken=npm_0123456789abcdef\n"),
        ],
        [whiteout("etc"), whiteout("root"), whiteout("srv")],
    ]
    with named(tmp_path, *layers) as names:
        report = report_waste(names, find_waste(names), SecretPatterns.load(), contents=TarReader(tmp_path))
    assert [(each.wasted.path, each.is_read) for each in report.secrets] == [
        (b"etc/server.pem", True),
        (b"srv/.npmrc", True),
        (b"root/.cache/x", False),
    ]


def test_what_cannot_be_read_is_listed_after_what_was(tmp_path: Path) -> None:
    class Partly:
        def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
            if entry.name == b"a.pem":
                raise LayerError("the layer ends early")
            yield PEM.format("PRIVATE").encode()

    layers = [[text("a.pem", 900), text("b.pem", 1)], [whiteout("a.pem"), whiteout("b.pem")]]
    with named(tmp_path, *layers) as names:
        report = report_waste(names, find_waste(names), SecretPatterns.load(), contents=Partly())
    assert [(each.wasted.path, each.is_read) for each in report.secrets] == [(b"b.pem", True), (b"a.pem", False)]


def test_a_file_is_read_once_however_often_the_image_is_added_up(tmp_path: Path) -> None:
    class Counted:
        reads = 0

        def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
            self.reads += 1
            yield PEM.format("PRIVATE").encode()

    layers, patterns, contents = [[text("a.pem", 9)], [whiteout("a.pem")]], SecretPatterns.load(), Counted()
    with named(tmp_path, *layers) as names:
        for _ in range(3):
            report = report_waste(names, find_waste(names), patterns, contents=contents)
            assert [each.is_read for each in report.secrets] == [True]
    assert contents.reads == 1


def test_what_is_harmless_holds_for_files_of_rules_read_later(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("ours  *.gz\nnot  *.pem\nnot /srv/**\n")
    patterns = SecretPatterns.load(own)
    assert patterns.first(b"a.gz") == SecretPattern("ours", "*.gz")
    assert patterns.first(b"etc/a.pem") is None
    assert patterns.first(b"srv/id_rsa") is None
    assert patterns.first(b"root/id_rsa") is not None


def test_the_rules_that_are_printed_are_the_rules(tmp_path: Path) -> None:
    printed = tmp_path / "printed.txt"
    rules = SecretPatterns.load().rules[-1]
    printed.write_text("".join(f"{word}  {rest}\n" for word, rest in rules.lines))
    assert read_rules(printed) == rules
