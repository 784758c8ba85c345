"""Nothing of an image is run, no network is used that nobody named, and what is kept is for its owner only."""

import gzip
import json
import os
import re
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.cache_folder import make_private_file
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_LAYER, OCI_MANIFEST
from tests.commands.conftest import REPOSITORY
from tests.hostile.scripts import image_of_scripts, lay_out, modules, python_source
from tests.hostile.strace import Trace, environment, read_trace, traced
from tests.images import with_skopeo
from tests.images.storages import store
from tests.patience import PATIENCE, wait_until
from tests.transports.registry.scripted import REPOSITORY as TEAM
from tests.transports.registry.scripted import Bearer, FakeRegistry, Reply, Seen, Server, descriptor, fake_registry
from tests.tui.real_terminal import RealTerminal

pytestmark = [pytest.mark.peer, pytest.mark.skipif(sys.platform != "linux", reason="strace and modes are of Linux")]

PLACES = ("layout", "oci-archive", "docker-archive", "packed", "dir", "storage", "containerd")

COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("IMAGE",), ("inspect", "IMAGE", "--json", "--files"), ("inspect", "IMAGE", "--dockerfile")),
    *(("inspect", "IMAGE", "--format", "dive"), ("ls", "IMAGE", "-R", "-l"), ("ls", "IMAGE", "--layer", "1")),
    *(
        ("which", "IMAGE", "**"),
        ("find", "IMAGE", "text:touch"),
        ("find", "IMAGE", "a", "--nested"),
        ("waste", "IMAGE"),
        ("ci", "IMAGE"),
    ),
    *(
        ("cat", "IMAGE", "run.sh"),
        ("file", "IMAGE", "**"),
        ("diff", "IMAGE", "IMAGE"),
        ("diff", "IMAGE", "--layer", "2", "--nested"),
        ("diff", "IMAGE", "--layer", "1", "--layer", "2"),
    ),
    *(("diff", "IMAGE", "run.sh", "--layer", "1", "--layer", "2"), ("verify", "IMAGE")),
    *(("tags", "IMAGE"), ("digest", "IMAGE"), ("history", "IMAGE"), ("inspect", "IMAGE", "--config")),
    *(("attestations", "IMAGE"), ("signatures", "IMAGE")),
    *(("inspect", "IMAGE", "--raw"), ("inspect", "IMAGE", "--format", "{{json .}}"), ("export", "IMAGE")),
    *(("extract", "IMAGE", "/", "-o", "TARGET"), ("extract", "IMAGE", "/", "-o", "TARGET", "--overwrite")),
    *(
        ("cache",),
        ("demo", "--text"),
        ("completion", "bash"),
        ("--help",),
        ("IMAGE:no-such-tag",),
        ("./no-such-place",),
    ),
)
"""Every command."""

RUN_ALL = """
import json, os, sys
os.umask(0)
log = open(sys.argv[1], "w")
WATCHED = ("exec", "compile", "import", "ctypes.dlopen", "pickle.find_class", "os.system", "os.exec", "os.posix_spawn")
def hook(event, arguments):
    if event in WATCHED:
        names = [getattr(each, "co_filename", each) for each in arguments if not isinstance(each, (bytes, list))]
        log.write(event + " " + " ".join(str(each)[:300] for each in names).replace(chr(10), " ") + chr(10))
sys.addaudithook(hook)
from ocitui.__main__ import main
codes = [main(command) for command in json.loads(sys.argv[2])]
print("CODES", codes, file=sys.stderr)
"""
"""Runs many commands in one process, under a umask that takes nothing, and writes down what Python executes."""


@dataclass
class Ground:
    """Where a program is let loose: a current folder full of traps, and folders of its own."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Ground":
        """Lay it out. Modules that would be imported lie in the current folder."""
        ground = cls(root)
        for name in ("home", "run/podman", "tmp"):
            (root / name).mkdir(parents=True)
        lay_out(ground.here, ground.canary, modules())
        return ground

    @property
    def here(self) -> Path:
        """The current folder."""
        return self.root / "here"

    @property
    def canary(self) -> Path:
        """What is there when anything was run."""
        return self.root / "ran"

    @property
    def private(self) -> list[Path]:
        """What is for the user only; none of it is there before."""
        return [self.root / "new/cache", self.root / "new-too/state"]

    @property
    def environment(self) -> dict[str, str]:
        """All variables."""
        cache, state = map(str, self.private)
        return environment(
            os.environ,
            HOME=str(self.root / "home"),
            TMPDIR=str(self.root / "tmp"),
            XDG_RUNTIME_DIR=str(self.root / "run"),
            OCITUI_CACHE_DIR=cache,
            OCITUI_STATE_DIR=state,
            PYTHONPATH=str(REPOSITORY),
            CONTAINERS_STORAGE_CONF=str(self.root / "storage.conf"),  # not what is stored on this machine
            ESCDELAY="20",
        )

    def assert_nothing_ran(self) -> None:
        """No file of an image or of the current folder was run."""
        assert not self.canary.exists(), self.canary.read_text()

    def assert_private(self, trace: Trace | None = None) -> None:
        """All that is kept, and all that was kept for a while, could be read by its owner only."""
        for top in self.private:
            for path in [*top.rglob("*"), top, top.parent] if top.exists() else []:
                assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        ours = (*map(str, self.private), str(self.root / "tmp"))
        for made, mode in trace.made.items() if trace is not None else ():
            if made.startswith(ours) and "/ocitui-demo-" not in os.path.dirname(made):  # whose folder is private
                assert mode & 0o077 == 0, f"{made} {mode:o}"
        assert not list((self.root / "tmp").iterdir())


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    root = tmp_path / "ground"
    root.mkdir()
    (root / "storage.conf").write_text(f'[storage]\ngraphroot = "{root / "storage"}"\n')
    return Ground.make(root)


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image itself would touch."""
    return tmp_path_factory.mktemp("canary") / "ran"


@pytest.fixture(scope="module")
def layout(canary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_of_scripts(tmp_path_factory.mktemp("scripts") / "image", canary).path


@pytest.fixture
def place(request: pytest.FixtureRequest, layout: Path, tmp_path: Path) -> str:
    """The image of scripts, wherever images may be; containerd's is another one."""
    match request.param:
        case "layout":
            return str(layout)
        case "packed":
            with_skopeo.copy(f"oci:{layout}:latest", f"docker-archive:{tmp_path / 'x.tar'}:x:latest")
            (tmp_path / "x.tar.gz").write_bytes(gzip.compress((tmp_path / "x.tar").read_bytes(), 1))
            return str(tmp_path / "x.tar.gz")
        case "storage":
            root = store(f"{layout}:latest", tmp_path / "root", "vfs", "docker.io/x/y:1")
            return f"containers-storage:[vfs@{root}]docker.io/x/y:1"
        case "containerd":
            return f"{request.getfixturevalue('containerd_store')}:docker.io/example/umoci:umoci"
        case kind:
            with_skopeo.copy(f"oci:{layout}:latest", f"{kind}:{tmp_path / 'copy'}")
            return f"{kind}:{tmp_path / 'copy'}"


def assert_no_program(trace: Trace) -> None:
    """Nothing was started but what was traced itself, and Pythons that import nothing from where they are."""
    for program in trace.programs[1:]:
        assert program[:4] == [sys.executable, "-I", "-S", "-c"], program


def assert_alone(trace: Trace) -> None:
    """No socket at all, and no program of others."""
    assert (trace.sockets, trace.connected, trace.bound) == ([], set(), set())
    assert_no_program(trace)


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_every_command(place: str, ground: Ground, layout: Path, canary: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    commands = [[word.replace("IMAGE", place).replace("TARGET", str(target)) for word in each] for each in COMMANDS]
    log, audit = tmp_path / "strace", tmp_path / "audit"
    command = traced([sys.executable, "-P", "-c", RUN_ALL, str(audit), json.dumps(commands)], log)
    done = subprocess.run(command, capture_output=True, cwd=ground.here, env=ground.environment, check=False)
    said = done.stderr.decode()
    assert "CODES" in said, said
    assert "defect of ocitui" not in said
    assert said.splitlines()[-1].count("0") > 10, said
    trace = read_trace(log)
    assert_alone(trace)
    assert len(trace.programs) > 1 or "containerd" in place
    ground.assert_nothing_ran()
    assert not canary.exists()
    ground.assert_private(trace)
    mine = (str(ground.here), str(target), str(layout))
    for line in audit.read_text().splitlines():
        event, _, rest = line.partition(" ")
        assert event in ("exec", "compile", "import"), line
        assert not [word for word in rest.split(" ") if word.startswith(mine)], line
    with on_terminal(ground, log, place):  # the screen too, as every place is opened
        pass
    assert_alone(read_trace(log))
    ground.assert_nothing_ran()
    ground.assert_private(read_trace(log))


# The folder that the user stands in.


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def loaded_before_it_runs() -> set[str]:
    """The modules that Python imports before the program can say from where."""
    code = "import runpy, re, sys; import ocitui.__main__; print(*sys.modules)"
    done = subprocess.run(_python("-c", code), capture_output=True, text=True, cwd=REPOSITORY, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} | {"sitecustomize", "usercustomize"}


WAYS = {
    "the command": ([str(Path(sysconfig.get_path("scripts"), "ocitui"))], str(REPOSITORY), False),
    "the command, with an empty entry in PYTHONPATH": (
        [str(Path(sysconfig.get_path("scripts"), "ocitui"))],
        f":{REPOSITORY}",
        True,
    ),
    "python -m": (_python("-m", "ocitui"), str(REPOSITORY), True),
    "python -P -m": (_python("-P", "-m", "ocitui"), str(REPOSITORY), False),
}
"""How the program is started: the command, ``PYTHONPATH``, and whether Python itself looks into the current folder."""


@pytest.mark.parametrize("way", WAYS)
def test_the_current_folder_is_an_image(way: str, ground: Ground, layout: Path) -> None:
    """Full of modules of all names: not one is imported, by the program or by the processes that it starts.

    Where Python looks there before the program runs, only what it has imported until then is safe from it:
    see ``ocitui/docs/security.md``.
    """
    command, path, is_looked_into = WAYS[way]
    if not Path(command[0]).exists():
        pytest.skip("the command is not installed beside this Python")
    names = set(modules()) | (set() if is_looked_into else {"ocitui", "this_is_no_module"})
    early = loaded_before_it_runs() if is_looked_into else set()
    here = ground.root / "there"
    here.mkdir()
    for name in names - early:
        (here / f"{name}.py").write_text(python_source(ground.canary))
        (here / name).mkdir()
        (here / name / "__init__.py").write_text(python_source(ground.canary))
    for arguments in (["ls", "-R", str(layout)], ["diff", str(layout), "run.sh", "--layer", "1", "--layer", "2"]):
        done = subprocess.run(
            [*command, *arguments],
            capture_output=True,
            cwd=here,
            env=ground.environment | {"PYTHONPATH": path},
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr.decode()
        assert b"run.sh" in done.stdout
        ground.assert_nothing_ran()
    assert list(ground.private[0].rglob("*.sqlite"))


# The screens.

WALK = (
    *(("3", "touch"), ("j", ""), ("\r", "data.json"), ("4", ""), ("/", ""), ("run.sh", ""), ("\r", "")),
    *(("\r", "changed"), ("\x1b", ""), ("w", "Timeline"), ("\x1b", ""), ("m", "merged"), ("W", "Waste"), ("\x1b", "")),
    *(("B", "largest"), ("3", "packages"), ("\x1b", ""), ("1", "index.json"), ("V", "✓"), ("f", "parts of paths")),
    *(("text:touch\r", "evil.pth"), ("\x1b", ""), ("4", ""), ("x", "Save"), ("\x1b", "")),
)
"""Keys, and what is then to be seen: the files of a layer, one with colours, a search in contents, every sum."""


def press(terminal: RealTerminal, key: str, text: str) -> None:
    """Press a key, and wait for what it shows."""
    seen, deadline = terminal.press(key), time.monotonic() + PATIENCE
    while text.encode() not in seen and time.monotonic() < deadline:
        seen += terminal.settle()
    assert text.encode() in seen, (key, text, seen)


@contextmanager
def on_terminal(ground: Ground, log: Path, *arguments: str, **more: str) -> Iterator[RealTerminal]:
    """The program on a terminal, traced, under a umask that takes nothing."""
    command = traced([sys.executable, "-P", "-c", RUN_ONE, *arguments], log)
    with RealTerminal(command, (100, 30), ground.environment | more, ground.here) as terminal:
        terminal.settle(first=True)
        yield terminal
        terminal.quit()
        assert terminal.code == 0


RUN_ONE = "import os, sys; os.umask(0); from ocitui.__main__ import main; sys.exit(main())"


def test_every_page(ground: Ground, layout: Path, canary: Path, tmp_path: Path) -> None:
    log = tmp_path / "strace"
    with on_terminal(ground, log, str(layout)) as terminal:
        for key, text in WALK:
            press(terminal, key, text)
    trace = read_trace(log)
    assert_alone(trace)
    assert any("import_module" in program[4] for program in trace.programs[1:])  # colours
    ground.assert_nothing_ran()
    assert not canary.exists()
    ground.assert_private(trace)
    assert sorted(path.name for path in ground.private[1].iterdir()) == ["recent.json", "seen.json"]


@contextmanager
def listening(path: Path) -> Iterator[list[str]]:
    """A socket of this machine where somebody answers nothing, and who came."""
    came: list[str] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def listen() -> None:
            with suppress(OSError):
                while True:
                    listener.accept()[0].close()
                    came.append(path.name)

        threading.Thread(target=listen, daemon=True).start()
        yield came
        listener.shutdown(socket.SHUT_RDWR)


SYSTEM_SOCKETS = {"/var/run/docker.sock", "/run/podman/podman.sock"}


def test_the_start_screen_asks_the_engines_of_this_machine(ground: Ground, tmp_path: Path) -> None:
    """And nobody else: by the sockets that they have here. A name that is no file is looked for there too."""
    pytest.importorskip("docker")
    log = tmp_path / "strace"
    with tempfile.TemporaryDirectory(prefix="ocitui-") as folder:  # a socket's path must be short
        docker, podman = Path(folder, "docker.sock"), Path(folder, "podman/podman.sock")
        podman.parent.mkdir()
        with listening(docker) as to_docker, listening(podman) as to_podman:
            with on_terminal(ground, log, XDG_RUNTIME_DIR=folder) as terminal:
                wait_until(lambda: (terminal.settle(), to_docker and to_podman)[1], "both are asked")
            started = read_trace(log)
            named = subprocess.run(
                traced([sys.executable, "-P", "-c", RUN_ONE, "nginx"], log),
                capture_output=True,
                cwd=ground.here,
                env=ground.environment | {"XDG_RUNTIME_DIR": folder},
                check=False,
            )
    assert named.returncode == 2
    for trace in (started, read_trace(log)):
        assert {str(docker), str(podman)} <= trace.connected <= {str(docker), str(podman), *SYSTEM_SOCKETS}
        assert_only_local(trace)
        assert_no_program(trace)
    ground.assert_nothing_ran()


def assert_only_local(trace: Trace) -> None:
    """Sockets of this machine. The package docker tries at its import whether there is IPv6, at no address at all."""
    assert set(trace.sockets) <= {"AF_UNIX", "AF_INET6"}
    assert all('"::1"' in place and "htons(0)" in place for place in trace.bound), trace.bound


def test_a_network_is_used_where_one_is_named(ground: Ground, tmp_path: Path) -> None:
    """So that it is known that these tests would see one."""
    pytest.importorskip("docker")
    log = tmp_path / "strace"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.close()
    subprocess.run(
        traced([sys.executable, "-P", "-c", RUN_ONE, "docker-daemon:nginx"], log),
        capture_output=True,
        cwd=ground.here,
        env=ground.environment | {"DOCKER_HOST": f"tcp://127.0.0.1:{port}"},
        check=False,
    )
    (place,) = read_trace(log).connected
    assert f"htons({port})" in place


# Registries.

HELPER = """#!/bin/sh
echo ran >> CANARY
"""


REALM_USER = "Basic YWRhOnNlY3JldA=="
"""``ada:secret``."""

ELSEWHERE = """
import socket
known = socket.getaddrinfo
names = {"registry.example": "127.0.0.2"}
socket.getaddrinfo = lambda host, *more, **named: known(names.get(host, host), *more, **named)
"""
"""Has a name be found that is none of this machine's."""


def write_config(ground: Ground, **config: object) -> None:
    """The user's file of credentials."""
    (ground.root / "home/.docker").mkdir()
    (ground.root / "home/.docker/config.json").write_text(json.dumps(config))


def ask_registry(ground: Ground, commands: list[list[str]], tmp_path: Path, prelude: str = "") -> tuple[str, Trace]:
    """Run commands in one process; what was said, with their exit codes at its end, and what was done."""
    log, audit = tmp_path / "strace", tmp_path / "audit"
    done = subprocess.run(
        traced([sys.executable, "-P", "-c", prelude + RUN_ALL, str(audit), json.dumps(commands)], log),
        capture_output=True,
        cwd=ground.here,
        env=ground.environment | {"PATH": f":{os.environ['PATH']}", "NO_PROXY": "*"},
        check=False,
    )
    said = done.stderr.decode()
    assert "defect of ocitui" not in said
    assert "CODES" in said, said
    return said, read_trace(log)


def everything_of(image: str, target: Path) -> list[list[str]]:
    """Every command on an image of a registry."""
    words = {"IMAGE": f"{image}:1", "TARGET": str(target)}
    commands = [
        [word.replace("IMAGE", words["IMAGE"]).replace("TARGET", words["TARGET"]) for word in each] for each in COMMANDS
    ]
    return [*commands, ["tags", image], ["inspect", f"{image}:1", "--referrers"]]


def add_image_that_names(registry: FakeRegistry, layout: Path, elsewhere: str) -> None:
    """The image of scripts, whose documents name another host wherever they can; so do lists of tags and referrers."""
    layers = sorted(layout.glob("blobs/*/*"), key=lambda path: path.stat().st_size)[-2:]
    raws = [path.read_bytes() for path in layers if path.read_bytes()[:1] != b"{"]
    listed = [
        {**descriptor(OCI_LAYER, Digest.of(raw), len(raw)), "urls": [f"{elsewhere}/{number}"]}
        for number, raw in enumerate(raws)
    ]
    digest = registry.add_image(*raws, layers=listed, annotations={"org.opencontainers.image.url": elsewhere})
    raw = registry.manifests[str(digest)][1]
    referrers = {"schemaVersion": 2, "manifests": [{**descriptor(OCI_MANIFEST, digest, len(raw)), "urls": [elsewhere]}]}
    lists = {"/tags/list": {"tags": ["1"]}, f"/referrers/{digest}": referrers}
    before = registry.before

    def answer(seen: Seen) -> Reply | None:
        found = next((each for end, each in lists.items() if seen.path.endswith(end)), None)
        told = before(seen)
        if told is not None or found is None:
            return told
        more = {} if "last" in seen.query else {"Link": f"<{elsewhere}{seen.path}?last=1>; rel=next"}
        return Reply(200, json.dumps(found).encode(), more)

    registry.before = answer


def ports_of(trace: Trace) -> set[int]:
    """The ports that were connected to."""
    return {int(port) for place in trace.connected for port in re.findall(r"htons\((\d+)\)", place)}


def test_a_registry_is_asked_and_nobody_that_it_names(ground: Ground, layout: Path, tmp_path: Path) -> None:
    """Not the hosts of `urls` and links, and no helper of another registry, nor one that lies in the current folder."""
    with fake_registry() as (registry, server), Server(lambda seen: Reply(200, b"{}")) as canary:
        registry.server = server
        add_image_that_names(registry, layout, canary.url)
        (ground.here / "docker-credential-here").write_text(HELPER.replace("CANARY", str(ground.canary)))
        (ground.here / "docker-credential-here").chmod(0o755)
        write_config(
            ground,
            credHelpers={"other.example": "here", server.host: "here"},
            auths={"other.example": {"auth": "YTpi"}, canary.host: {"auth": "YTpi"}},
        )
        said, trace = ask_registry(ground, everything_of(f"docker://{server.host}/{TEAM}", tmp_path / "x"), tmp_path)
        assert said.splitlines()[-1].count("0") > 10, said
        assert server.asked("/tags/list")
        assert server.asked("/referrers/")
        assert ports_of(trace) == {server.port}
        assert canary.connections == 0
        assert_no_program(trace)
        assert not [seen for seen in server.seen if seen.authorization]
    ground.assert_nothing_ran()
    ground.assert_private(trace)


def test_credentials_go_to_the_registry_and_its_realm_alone(ground: Ground, layout: Path, tmp_path: Path) -> None:
    """The realm is at another host, and so are the blobs, whose host answers nobody who shows credentials."""
    with (
        fake_registry() as (registry, server),
        Server(lambda seen: bearer.give(seen)) as realm,
        Server(lambda seen: give(seen)) as storage,
        Server(lambda seen: Reply(200, b"{}")) as canary,
    ):
        bearer = Bearer(server, f"{realm.url}/token")
        bearer.users = {"ada": REALM_USER}
        registry.server = server

        def lead(seen: Seen) -> Reply | None:
            told = bearer(seen)
            if told is None and "/blobs/" in seen.path:
                return Reply(307, b"", {"Location": f"{storage.url}/{seen.path.rpartition('/')[2]}?signature=x"})
            return told

        def give(seen: Seen) -> Reply:
            if seen.authorization:
                return Reply(400, b"Only one auth mechanism allowed")
            return registry.blob(seen.path.strip("/"), seen)

        registry.before = lead
        add_image_that_names(registry, layout, canary.url)
        mine = {"auth": REALM_USER.removeprefix("Basic ")}
        other = {"auth": "YTpi"}
        write_config(ground, auths={server.host: mine, realm.host: other, storage.host: other, canary.host: other})
        said, trace = ask_registry(ground, everything_of(f"docker://{server.host}/{TEAM}", tmp_path / "x"), tmp_path)
        assert said.splitlines()[-1].count("0") > 10, said
        assert ports_of(trace) == {server.port, realm.port, storage.port}
        assert canary.connections == 0
        assert {seen.authorization for seen in server.seen} <= {"", *(f"Bearer {token}" for token in bearer.given)}
        assert {(seen.path, seen.authorization) for seen in realm.seen} == {("/token", REALM_USER)}
        assert storage.seen
        assert {seen.authorization for seen in storage.seen} == {""}
    for path in (path for top in ground.private for path in top.rglob("*") if path.is_file()):
        assert not [token for token in bearer.given if token.encode() in path.read_bytes()], path
    assert not [token for token in (*bearer.given, REALM_USER, "secret") if token in said]
    assert not [token for token in (*bearer.given, "secret") for program in trace.programs if token in str(program)]


@pytest.mark.parametrize("what", ["/manifests/", "/tags/list", "/referrers/"])
def test_nothing_but_blobs_leads_to_another_host(what: str, ground: Ground, layout: Path, tmp_path: Path) -> None:
    with fake_registry() as (registry, server), Server(lambda seen: Reply(200, b"{}")) as canary:
        registry.server = server
        registry.before = lambda seen: (
            Reply(307, b"", {"Location": f"{canary.url}{seen.path}"}) if what in seen.path else None
        )
        add_image_that_names(registry, layout, canary.url)
        image = f"docker://{server.host}/{TEAM}"
        commands = [
            ["inspect", f"{image}:1", "--referrers"],
            ["ls", f"{image}:1"],
            ["tags", image],
            ["verify", f"{image}:1"],
        ]
        said, trace = ask_registry(ground, commands, tmp_path)
        assert f"leads to another host, {canary.host}: followed for blobs only" in said
        assert server.asked(what)
        assert ports_of(trace) == {server.port}
        assert canary.connections == 0


def test_plain_http_is_for_this_machine_and_where_it_is_asked_for(ground: Ground, layout: Path, tmp_path: Path) -> None:
    """A server of another machine that speaks no TLS is sent nothing without ``--tls-verify=false``."""
    with fake_registry(address="127.0.0.2") as (registry, server):
        registry.server = server
        challenge = {"WWW-Authenticate": 'Basic realm="here"'}
        registry.before = lambda seen: None if seen.authorization == REALM_USER else Reply(401, b"", challenge)
        add_image_that_names(registry, layout, "http://127.0.0.1:9")
        host = f"registry.example:{server.port}"
        write_config(ground, auths={host: {"auth": REALM_USER.removeprefix("Basic ")}})
        image = f"docker://{host}/{TEAM}:1"
        commands = [["inspect", image], ["ls", image, "--creds", "ada:secret"], ["inspect", image, "--tls-verify=true"]]
        said, trace = ask_registry(ground, commands, tmp_path, ELSEWHERE)
        assert said.splitlines()[-1] == "CODES [2, 2, 2]"
        assert "the server does not speak TLS" in said
        assert server.connections
        assert server.seen == []
        assert ports_of(trace) == {server.port}
        said, _ = ask_registry(ground, [["inspect", image, "--tls-verify=false"]], tmp_path, ELSEWHERE)
        assert said.splitlines()[-1] == "CODES [0]"
        assert {seen.authorization for seen in server.seen} == {"", REALM_USER}


# What is kept.


def test_a_file_that_somebody_laid_there_before_is_not_written_to(tmp_path: Path) -> None:
    others = tmp_path / "theirs"
    others.write_text("theirs")
    others.chmod(0o666)
    for lay in (os.symlink, os.link):
        place = tmp_path / "ours.part"
        lay(others, place)
        make_private_file(place)
        assert (place.read_bytes(), stat.S_IMODE(place.lstat().st_mode), place.lstat().st_nlink) == (b"", 0o600, 1)
        place.unlink()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        make_private_file(tmp_path / "folder")
    assert others.read_text() == "theirs"


def test_a_pipe_is_copied_for_its_owner_only(ground: Ground, layout: Path, tmp_path: Path) -> None:
    with_skopeo.copy(f"oci:{layout}:latest", f"docker-archive:{tmp_path / 'x.tar'}")
    log = tmp_path / "strace"
    with (tmp_path / "x.tar").open("rb") as stream:
        done = subprocess.run(
            traced([sys.executable, "-P", "-c", RUN_ONE, "ls", "-"], log),
            stdin=stream,
            capture_output=True,
            cwd=ground.here,
            env=ground.environment,
            check=False,
        )
    assert b"run.sh" in done.stdout
    trace = read_trace(log)
    assert [path for path in trace.made if "spool" in path]
    ground.assert_private(trace)
    assert not list(ground.private[0].rglob("*spool*"))
