"""The layers of the demo image: Paperboat, the web application of a small bookshop.

Each function is one layer, and its entries are what the instruction in `ocitui.demo.history`
would have left. Between them they show what layers can do to a path: add it, change its
content, its mode or its owner, replace it by something else, delete it, and bring it back.
"""

from ocitui.demo import contents
from ocitui.demo.contents import Machine
from ocitui.demo.tar import (
    DEMO_TIME,
    Entry,
    capability,
    character_device,
    directory,
    fifo,
    file,
    hard_link,
    opaque,
    symlink,
    whiteout,
)

BASE_TIME = DEMO_TIME - 22 * 86_400
"""The time the base image was made, in seconds since the epoch."""

APP = "srv/paperboat"
SITE = "opt/venv/lib/python3.11/site-packages"
CAP_NET_BIND_SERVICE = 10

_PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
_GROUP = "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n"


def base(machine: Machine) -> list[Entry]:
    """``ADD file:… in /``: a small Debian, its usr merged."""
    libraries = f"usr/lib/{machine.triplet}"
    entries = [
        symlink("bin", "usr/bin"),
        *(directory(name) for name in ("boot", "dev", "etc", "etc/alternatives", "etc/apt", "home")),
        symlink("etc/alternatives/awk", "/usr/bin/mawk"),
        file("etc/apt/sources.list", "deb http://mirror.example.org/debian bookworm main\n"),
        file("etc/debian_version", "12.5\n"),
        file("etc/group", _GROUP),
        file("etc/hostname", "debuerreotype\n"),
        symlink("etc/localtime", "/usr/share/zoneinfo/Etc/UTC"),  # dangling: the base has no zoneinfo
        symlink("etc/os-release", "../usr/lib/os-release"),
        file("etc/passwd", _PASSWD),
        file("etc/shadow", "root:*:19837:0:99999:7:::\n", 0o640).owned(0, 42),
        symlink("lib", "usr/lib"),
        *(directory(name) for name in ("mnt", "opt", "proc")),
        directory("root", 0o700),
        file("root/.bashrc", "# ~/.bashrc: executed by bash(1) for non-login shells.\numask 022\n"),
        directory("run"),
        symlink("sbin", "usr/sbin"),
        *(directory(name) for name in ("srv", "sys")),
        directory("tmp", 0o1777),
        *(directory(name) for name in ("usr", "usr/bin")),
        symlink("usr/bin/awk", "/etc/alternatives/awk"),
        file("usr/bin/bash", contents.program(machine, "bash", 180_000), 0o755),
        file("usr/bin/cat", contents.program(machine, "cat", 14_000), 0o755),
        file("usr/bin/dash", contents.program(machine, "dash", 46_000), 0o755),
        file("usr/bin/ls", contents.program(machine, "ls", 58_000), 0o755),
        file("usr/bin/mawk", contents.program(machine, "mawk", 52_000), 0o755),
        file("usr/bin/passwd", contents.program(machine, "passwd", 26_000), 0o4755),
        file("usr/bin/perl", contents.program(machine, "perl", 150_000), 0o755),
        hard_link("usr/bin/perl5.36.0", "usr/bin/perl", 0o755),
        symlink("usr/bin/sh", "dash"),
        file("usr/bin/su", contents.program(machine, "su", 28_000), 0o4755),
        *(directory(name) for name in ("usr/lib", libraries)),
        file(f"{libraries}/libc.so.6", contents.program(machine, "libc", 240_000, shared=True), 0o755),
        file("usr/lib/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'),
        *(directory(name) for name in ("usr/local", "usr/local/bin", "usr/sbin", "usr/share")),
        *(directory(f"var{name}") for name in ("", "/cache", "/lib", "/lib/apt", "/lib/apt/lists", "/lib/dpkg")),
        file(
            "var/lib/apt/lists/mirror.example.org_debian_dists_bookworm_Packages",
            contents.package_list(machine.architecture),
        ),
        file("var/lib/dpkg/status", contents.package_status(machine.architecture, installed=False)),
        symlink("var/lock", "/run/lock"),
        directory("var/log"),
        file("var/log/dpkg.log", "2024-04-22 00:00:00 startup archives install\n"),
        symlink("var/run", "/run"),
    ]
    return [entry.at(BASE_TIME) for entry in entries]


def packages(machine: Machine) -> list[Entry]:
    """``RUN apt-get install``: programs, and the package lists cleaned away."""
    libraries = f"usr/lib/{machine.triplet}"
    return [
        directory("etc"),
        file("etc/ld.so.cache", b"glibc-ld.so.cache1.1" + bytes(300)),
        *(directory(name) for name in ("etc/ssl", "etc/ssl/certs")),
        file("etc/ssl/certs/ca-certificates.crt", contents.certificates()),
        *(directory(name) for name in ("usr", "usr/bin")),
        file("usr/bin/curl", contents.program(machine, "curl", 90_000), 0o755),
        symlink("usr/bin/python3", "python3.11"),
        file("usr/bin/python3.11", contents.program(machine, "python3.11", 320_000), 0o755),
        *(directory(name) for name in ("usr/lib", libraries)),
        file(f"{libraries}/libcurl.so.4.8.0", contents.program(machine, "libcurl", 110_000, shared=True)),
        symlink(f"{libraries}/libcurl.so.4", "libcurl.so.4.8.0"),
        *(directory(name) for name in ("var", "var/lib", "var/lib/apt", "var/lib/apt/lists")),
        whiteout("var/lib/apt/lists/mirror.example.org_debian_dists_bookworm_Packages"),
        directory("var/lib/dpkg"),
        file("var/lib/dpkg/status", contents.package_status(machine.architecture, installed=True)),
        directory("var/log"),
        file("var/log/dpkg.log", "2024-04-22 00:00:00 startup archives install\n2024-05-14 10:00:00 install curl\n"),
    ]


def working_directory() -> list[Entry]:
    """``WORKDIR /srv/paperboat``: BuildKit makes a layer of it where the directory is new."""
    return [directory("srv"), directory(APP)]


def dependencies(machine: Machine) -> list[Entry]:
    """``RUN pip install``: a virtual environment."""
    deep = (
        f"{SITE}/paperboat_theme/static/vendor/bookshelf-carousel-with-accessible-keyboard-navigation/dist/esm/internal"
    )
    parents = ["/".join(deep.split("/")[:depth]) for depth in range(1, deep.count("/") + 2)]
    speedups = f"{SITE}/markupsafe/_speedups.cpython-311-{machine.triplet}.so"
    return [
        *(directory(parent) for parent in parents),
        file(f"{deep}/carousel-transition-controller.production.min.js", "export const next=i=>i+1;\n"),
        directory("opt/venv/bin"),
        file("opt/venv/bin/gunicorn", "#!/opt/venv/bin/python\nfrom gunicorn.app.wsgiapp import run\nrun()\n", 0o755),
        symlink("opt/venv/bin/python", "/usr/bin/python3"),
        symlink("opt/venv/lib64", "lib"),
        file("opt/venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n"),
        *_package("flask", "3.0.3", "class Flask:\n    def route(self, rule): ...\n"),
        *_package("gunicorn", "22.0.0", "SERVER_SOFTWARE = 'gunicorn/22.0.0'\n"),
        *_package("jinja2", "3.1.4", "class Template: ...\n"),
        *_package("markupsafe", "2.1.5", "from ._speedups import escape\n"),
        file(speedups, contents.program(machine, "_speedups", 44_000, shared=True), 0o755),
    ]


def _package(name: str, version: str, code: str) -> list[Entry]:
    information = f"{SITE}/{name}-{version}.dist-info"
    return [
        directory(f"{SITE}/{name}"),
        file(f"{SITE}/{name}/__init__.py", f'__version__ = "{version}"\n\n\n{code}'),
        directory(information),
        file(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
        file(f"{information}/RECORD", f"{name}/__init__.py,,\n{name}-{version}.dist-info/METADATA,,\n"),
    ]


def deploy_key() -> list[Entry]:
    """``COPY deploy_key``: the secret that a later layer deletes, and that is still shipped."""
    key = "-----BEGIN EXAMPLE PRIVATE KEY-----\nTm90IGEga2V5OiByZWFkIGJ5IGFsbA==\n-----END EXAMPLE PRIVATE KEY-----\n"
    folders = [directory("home"), directory("home/user", 0o700), directory("home/user/.ssh", 0o700)]
    return [*folders, file("home/user/.ssh/deploy_key", key, 0o600)]


def application(version: str, seconds: int = DEMO_TIME) -> list[Entry]:
    """``COPY . /srv/paperboat``: everything in the developer's folder, a forgotten log included."""
    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 4h8L6 7H2z" fill="#2a7"/></svg>\n'
    files: list[Entry] = [
        directory(APP),
        file(f"{APP}/.dockerignore", "__pycache__\n"),
        file(f"{APP}/app.py", contents.APP_PY),
        directory(f"{APP}/build"),
        file(f"{APP}/build/stamp.txt", "built on a laptop\n"),
        file(f"{APP}/config.json", contents.config_json(version)),
        directory(f"{APP}/data"),
        file(f"{APP}/data/books.csv", contents.BOOKS_CSV),
        file(f"{APP}/data/books.db", b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20" + bytes(8168)),
        directory(f"{APP}/docs"),
        file(f"{APP}/docs/latin-1.txt", "Grüße aus dem Café, ohne UTF-8.\n".encode("latin-1")),
        file(f"{APP}/docs/Übersicht.md", "# Übersicht\n\nBücher, Körbe, Kassen – alles an einem Ort. 🐢\n"),
        file(f"{APP}/docs/読んでください.txt", "小さな本屋のウェブアプリです。\n"),
        directory(f"{APP}/log"),
        file(f"{APP}/log/access.log", contents.access_log()),
        file(f"{APP}/manage.py", "#!/usr/bin/env python3\nfrom app import app\n\napp.cli()\n"),
        directory(f"{APP}/static"),
        file(f"{APP}/static/app.css", "body { font: 16px/1.5 Georgia, serif; margin: 2rem auto; max-width: 60ch }\n"),
        file(f"{APP}/static/app.js", "document.querySelectorAll('form').forEach(f => f.noValidate = true)\n"),
        file(f"{APP}/static/logo.svg", logo),
        directory(f"{APP}/templates"),
        file(f"{APP}/templates/index.html", "<!doctype html>\n<title>Paperboat</title>\n{{ books | length }} books\n"),
        directory(f"{APP}/tests"),
        file(
            f"{APP}/tests/test_app.py", "def test_front_page(client):\n    assert client.get('/').status_code == 200\n"
        ),
        file(f"{APP}/tests/conftest.py", "import pytest\n"),
        directory(f"{APP}/uploads"),
        # What users upload is named by users: nothing of this may reach a terminal as it is.
        file(b"srv/paperboat/uploads/\x1b[31mred\x1b[0m.txt", "an escape sequence in the name\n"),
        file(f"{APP}/uploads/[red]not red[bold].txt", "what a screen could take for markup\n"),
        file(b"srv/paperboat/uploads/caf\xe9.txt", "a name in Latin-1\n"),
        file(f"{APP}/uploads/invoice-\u202efdp.exe", "a name that reads backwards\n"),
        file(f"{APP}/uploads/two\nlines.txt", "a line break in the name\n"),
    ]
    return [entry.at(seconds) for entry in files]


def clean_up(machine: Machine) -> list[Entry]:
    """The long ``RUN``: users, modes, capabilities, and a good deal deleted."""
    return [
        directory("etc"),
        file("etc/group", _GROUP + "paperboat:x:1000:\n"),
        file("etc/passwd", _PASSWD + "paperboat:x:1000:1000::/srv/paperboat:/usr/sbin/nologin\n"),
        directory("home"),
        directory("home/user", 0o700),
        directory("home/user/.ssh", 0o700),
        whiteout("home/user/.ssh/deploy_key"),
        directory("srv"),
        directory(APP),
        whiteout(f"{APP}/.env"),  # of nothing: `rm -f` of what was never there, as some builders write it
        whiteout(f"{APP}/tests"),
        file(f"{APP}/build", "1.4.0\n"),  # a file where a directory was
        directory(f"{APP}/data").owned(1000),
        file(f"{APP}/data/books.db", b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20" + bytes(8168)).owned(1000),
        directory(f"{APP}/log").owned(1000),
        whiteout(f"{APP}/log/access.log"),
        file(f"{APP}/manage.py", "#!/usr/bin/env python3\nfrom app import app\n\napp.cli()\n", 0o755),
        directory(f"{APP}/static"),
        opaque(f"{APP}/static"),
        file(f"{APP}/static/app.3f9c1a.css", "body{font:16px/1.5 Georgia,serif;margin:2rem auto;max-width:60ch}"),
        file(f"{APP}/static/app.b07e42.js", "document.querySelectorAll('form').forEach(f=>f.noValidate=!0)"),
        *(directory(name) for name in ("usr", "usr/bin")),
        Entry(
            b"usr/bin/python3.11",
            contents.program(machine, "python3.11", 320_000),
            0o755,
            xattrs=capability(CAP_NET_BIND_SERVICE),
        ),
        *(directory(name) for name in ("usr/local", "usr/local/bin")),
        file("usr/local/bin/paperboat-mail", contents.program(machine, "paperboat-mail", 18_000), 0o4750).owned(
            0, 1000
        ),
        *(directory(name) for name in ("var", "var/lib")),
        directory("var/lib/paperboat", 0o750).owned(1000),
        directory("var/lib/paperboat/dev"),
        character_device("var/lib/paperboat/dev/null", 1, 3),
        fifo("var/lib/paperboat/reload.fifo").owned(1000),
    ]


def settings() -> list[Entry]:
    """``COPY rootfs/ /``: configuration, and the log that is wanted: an empty one."""
    return [
        directory("etc"),
        directory("etc/paperboat"),
        file("etc/paperboat/gunicorn.conf.py", 'bind = "0.0.0.0:8080"\nworkers = 2\nworker_tmp_dir = "/dev/shm"\n'),
        file("etc/paperboat/logging.json", '{"version": 1, "root": {"level": "INFO", "handlers": ["console"]}}\n'),
        file("etc/paperboat/paperboat.toml", '[shop]\nname = "Paperboat"\ncurrency = "EUR"\n\n[cart]\nmaximum = 50\n'),
        directory("srv"),
        directory(APP),
        file(f"{APP}/config.json", contents.config_json("1.4.0", debug=False)),
        directory(f"{APP}/log").owned(1000),
        file(f"{APP}/log/access.log").owned(1000),
    ]
