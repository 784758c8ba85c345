"""Who a user says they are, to whom, and when."""

import base64
import json

import pytest

from ocitui.errors import UsageError
from ocitui.spec.digest import Digest
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.http import addresses, connections
from ocitui.transports.registry.http.addresses import Reach
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.registry import RegistryImage, open_repository
from ocitui.transports.registry.settings import Login, RegistrySettings
from tests.transports.registry.conftest import SHORT, Opener, PublicRegistry
from tests.transports.registry.scripted import REPOSITORY, Bearer, FakeRegistry, Reply, Seen, Server, error

ADA = Login("ada", "secret:word")
BASIC = "Basic " + base64.b64encode(b"ada:secret:word").decode()


def read_blob(image: RegistryImage, raw: bytes) -> bytes:
    """All bytes of a blob that the registry holds."""
    file = image.locate(Digest.of(raw)).open()
    parts = []
    while part := file.read_at(sum(map(len, parts)), 1 << 19):
        parts.append(part)
    file.close()
    return b"".join(parts)


def basic(seen: Seen) -> Reply | None:
    """Let nobody in but ada."""
    if seen.authorization == BASIC:
        return None
    return error(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate='Basic realm="here"')


def test_basic(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    fake.before = basic
    assert opened(login=ADA).digest == digest
    assert [seen.authorization for seen in server.seen] == ["", BASIC]  # never before it is asked for


def test_a_token_for_nobody(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    digest = fake.add_image(b"one")
    fake.before = Bearer(server)
    image = opened()
    assert image.digest == digest
    assert read_blob(image, b"one") == b"one"
    assert [f"{seen.path} {seen.authorization}" for seen in server.seen[:3]] == [
        f"/v2/{REPOSITORY}/manifests/1 ",
        "/token ",
        f"/v2/{REPOSITORY}/manifests/1 Bearer token-0",
    ]
    assert server.seen[1].query == {"x": ["1"], "service": ["the, service"], "scope": [f"repository:{REPOSITORY}:pull"]}
    assert len(server.seen) == 4  # the token is used again
    assert server.seen[0].headers["User-Agent"].startswith("ocitui/")
    assert server.seen[0].headers["Accept-Encoding"] == "identity"


def test_a_token_for_a_user(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(b"one")
    fake.before = bearer = Bearer(server)
    bearer.users = {"ada": BASIC}
    opened(login=ADA)
    assert server.seen[1].authorization == BASIC
    assert server.seen[1].query["account"] == ["ada"]


def test_an_identity_token(
    fake: FakeRegistry, server: Server, opened: Opener, home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add_image(b"one")
    fake.before = bearer = Bearer(server)
    bearer.refresh_token = "identity"
    write_auth(home, {server.host: {"identitytoken": "identity"}})
    opened()
    assert (server.seen[1].method, server.seen[1].authorization) == ("POST", "")
    assert b"grant_type=refresh_token" in server.seen[1].body
    assert f"scope=repository%3A{REPOSITORY.replace('/', '%2F')}%3Apull".encode() in server.seen[1].body


def test_a_token_that_is_given(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(b"one")
    fake.before = bearer = Bearer(server)
    bearer._left["given"] = 1
    opened(token="given")
    assert [seen.authorization for seen in server.seen] == ["", "Bearer given"]
    with pytest.raises(
        RegistryError, match=r"the token \(--registry-token\) may not read it, or there is no such repository"
    ):
        opened("2", token="given")
    assert bearer.given == []


def test_more_scope_is_asked_for_once(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.add_image(b"one")
    fake.before = bearer = Bearer(server, uses=0)
    bearer.more = 'service=s,error="insufficient_scope",scope="repository:other:pull"'
    with pytest.raises(RegistryError, match="no such repository, or one that asks for credentials; found none"):
        opened()
    asked = [seen.query["scope"] for seen in server.seen if seen.path == "/token"]
    own = f"repository:{REPOSITORY}:pull"
    assert asked == [[own], [own, "repository:other:pull"], [own, "repository:other:pull"]]


def test_a_registry_that_is_never_content(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = Bearer(server, uses=0)
    with pytest.raises(RegistryError, match="found none"):
        opened()
    assert [seen.path for seen in server.seen].count("/token") == 1
    fake.before = lambda seen: error(401, "UNAUTHORIZED", "no", WWW_Authenticate='Basic realm="x"')
    with pytest.raises(RegistryError) as caught:
        opened(login=ADA)
    assert str(caught.value) == (
        f"{server.host}/{REPOSITORY}: the user 'ada' (--creds) may not read it, or there is no such repository"
    )


def test_a_wrong_password(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = bearer = Bearer(server)
    bearer.users = {"ada": BASIC}
    with pytest.raises(RegistryError) as caught:
        opened(login=Login("ada", "wrong"))
    assert "'ada' (--creds) is refused by" in str(caught.value)
    assert "401 UNAUTHORIZED incorrect username or password" in str(caught.value)
    assert "wrong" not in str(caught.value)
    assert len(server.seen) == 2


def test_no_credentials(fake: FakeRegistry, server: Server, opened: Opener, home: object) -> None:
    fake.add_image(b"one")
    fake.before = basic
    write_auth(home, {server.host: {"auth": base64.b64encode(b"ada:secret:word").decode()}})
    opened()
    with pytest.raises(RegistryError, match="found none"):
        opened(is_anonymous=True)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), "expected a token as JSON, found something else"),
        (Reply(200, b'{"token": "a\\r\\nX: y"}'), "expected a token, found none"),
        (Reply(200, b'{"token": ""}'), "expected a token, found none"),
        (Reply(200, b"[]"), "expected a token as JSON, found something else"),
        (Reply(200, b'{"token": "' + b"a" * 70_000 + b'"}'), "expected at most 65,536 bytes, found 70,0"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:1/"}), "no token from"),
        (Reply(500, b""), "no token from"),
    ],
)
def test_a_realm_that_gives_none(reply: Reply, said: str, fake: FakeRegistry, server: Server, opened: Opener) -> None:
    bearer = Bearer(server)
    bearer.give = lambda seen: reply  # type: ignore[method-assign]
    fake.before = bearer
    with pytest.raises(RegistryError) as caught:
        opened()
    assert said in str(caught.value)


def test_other_ways_to_log_in_are_not_known(fake: FakeRegistry, opened: Opener) -> None:
    fake.before = lambda seen: error(401, "UNAUTHORIZED", "no", WWW_Authenticate="Negotiate")
    with pytest.raises(RegistryError, match="401, and no way to log in that ocitui knows"):
        opened(login=ADA)


def test_a_token_that_runs_out_in_the_middle(fake: FakeRegistry, server: Server, opened: Opener) -> None:
    """Each is good for two requests; the blob takes many, since its connection breaks again and again."""
    raw = bytes(range(256)) * 4096
    fake.add_image(raw)
    bearer = Bearer(server, uses=2)

    def before(seen: Seen) -> Reply | None:
        told = bearer(seen)
        if told is None and seen.range is not None:
            told = fake.blob(seen.path.rpartition("/")[2], seen)
            told.cut = 100_000
        return told

    fake.before = before
    assert read_blob(opened(), raw) == raw
    assert len(bearer.given) > 4


@pytest.mark.parametrize("way", ["basic", "token"])
@pytest.mark.parametrize("is_led", [False, True])
def test_each_range_is_asked_for_with_the_login(
    way: str, is_led: bool, fake: FakeRegistry, server: Server, opened: Opener
) -> None:
    """Also where the registry leads to another path of its own, which asks for the login too."""
    raw = bytes(range(256)) * 8192
    fake.add_image(raw)
    bearer = Bearer(server)
    bearer.users = {"ada": BASIC}
    log_in = basic if way == "basic" else bearer
    refused: list[str] = []

    def before(seen: Seen) -> Reply | None:
        told = log_in(seen)
        if told is not None and told.status == 401:
            refused.append(seen.path)
        elif told is None and is_led and "/blobs/" in seen.path:
            told = Reply(307, b"", {"Location": seen.path.replace("/blobs/", "/stored/")})
        elif told is None and "/stored/" in seen.path:
            told = fake.blob(seen.path.rpartition("/")[2], seen)
        return told

    fake.before = before
    file = opened(login=ADA).locate(Digest.of(raw)).open()
    starts = [1_500_000, 1_000_000, 500_000]
    assert [file.read_at(start, 10) for start in starts] == [raw[start : start + 10] for start in starts]
    file.close()
    assert refused == [f"/v2/{REPOSITORY}/manifests/1"]
    assert len(server.asked("/stored/" if is_led else "/blobs/")) == len(starts)


def test_credentials_do_not_go_over_http_to_another_host(public: PublicRegistry) -> None:
    """But where the user says that certificates need not be checked."""
    public.fake.add_image(b"one")
    public.fake.before = bearer = Bearer(public.server)
    with Server(bearer.give, address="127.0.0.3") as realm:
        bearer.realm = f"http://elsewhere.example:{realm.port}/token"
        public.open(login=ADA)
        assert realm.seen[0].authorization == BASIC


def test_a_realm_of_http_for_a_registry_on_this_machine(
    fake: FakeRegistry, server: Server, opened: Opener, names: dict[str, list[str]]
) -> None:
    fake.add_image(b"one")
    fake.before = bearer = Bearer(server)
    names["auth.example"] = ["127.0.0.1"]
    bearer.realm = f"http://auth.example:{server.port}/token"
    with pytest.raises(RegistryError, match=r"credentials are not sent to auth\.example"):
        opened(login=ADA)
    assert server.asked("/token") == []
    opened()
    assert server.asked("/token") == ["GET /token"]


@pytest.mark.parametrize("realm", ["ftp://a/b", "file:///etc/passwd", "//a", "https://user:x@a/", "https://[::1/", "x"])
def test_a_realm_that_is_no_url(realm: str, fake: FakeRegistry, server: Server, opened: Opener) -> None:
    fake.before = Bearer(server, realm)
    with pytest.raises(RegistryError, match="expected a URL"):
        opened()


def test_options_that_contradict_each_other() -> None:
    with pytest.raises(UsageError, match="--creds and --no-creds cannot be combined"):
        RegistrySettings(login=ADA, is_anonymous=True)
    with pytest.raises(UsageError, match="--creds and --registry-token cannot be combined"):
        RegistrySettings.from_environment(creds="a:b", registry_token="x")
    with pytest.raises(UsageError, match=r"the user is missing \(USER:PASSWORD\)"):
        Login.parse(":x")
    assert Login.parse("a:b:c") == Login("a", "b:c")
    assert "secret" not in repr(RegistrySettings(login=ADA)) + repr(RegistrySettings(token="secret"))


def write_auth(home: object, auths: object) -> None:
    """What ``podman login`` leaves."""
    from pathlib import Path

    assert isinstance(home, Path)
    path = home / ".config/containers/auth.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"auths": auths}))


@pytest.mark.parametrize(
    ("registry", "realm", "is_asked"),
    [
        (Reach.LOOPBACK, Reach.PRIVATE, True),
        (Reach.PRIVATE, Reach.PRIVATE, True),
        (Reach.PRIVATE, Reach.LOOPBACK, False),
        (Reach.PUBLIC, Reach.PRIVATE, False),
    ],
)
@pytest.mark.parametrize("has_run_out", [False, True])
def test_a_realm_at_an_address_of_the_inside(
    registry: Reach,
    realm: Reach,
    is_asked: bool,
    has_run_out: bool,
    public: PublicRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only for a registry that is there itself; also where it is the first that a process asks, as a token ran out."""
    for module in (addresses, connections):
        monkeypatch.setattr(module, "reach_of", lambda each: realm if each == "127.0.0.3" else registry)
    public.fake.add_image(b"one")
    public.fake.before = bearer = Bearer(public.server)
    with Server(bearer.give, address="127.0.0.3") as elsewhere:
        bearer.realm = f"http://elsewhere.example:{elsewhere.port}/token"
        settings = RegistrySettings(patience=SHORT, tls_verify=False)
        name = ImageName.parse(f"{public.host}/{REPOSITORY}:1")
        repository = open_repository(ImageName.parse(name.place), settings)
        if has_run_out:
            origin = {"scheme": "http", "host": "registry.example", "port": public.server.port}
            parameters = {"realm": bearer.realm}
            state = {"header": "Bearer old", "life": -1.0, "parameters": parameters, "registry": origin}
            repository.client.authorizer.restore(state)
        if is_asked:
            assert repository.documents.resolve(name).raw
            asked = {public.host: "registry", f"elsewhere.example:{elsewhere.port}": "token"}
            assert repository.client.watch.asked == asked
        else:
            with pytest.raises(RegistryError, match=r"leads to elsewhere\.example.*not followed"):
                repository.documents.resolve(name)
        assert (elsewhere.connections == 1) is is_asked
