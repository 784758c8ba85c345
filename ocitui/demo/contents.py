"""The contents of the larger files of the demo image: programs, package lists, logs."""

import hashlib
import random
import struct
from dataclasses import dataclass

LOG_LINES = 15_000


@dataclass(frozen=True, slots=True)
class Machine:
    """The differences between the platforms of the demo image."""

    architecture: str
    variant: str
    triplet: str
    elf_number: int
    """``e_machine`` of the ELF header."""


AMD64 = Machine("amd64", "", "x86_64-linux-gnu", 62)
ARM64 = Machine("arm64", "v8", "aarch64-linux-gnu", 183)


def program(machine: Machine, name: str, size: int, *, shared: bool = False) -> bytes:
    """An ELF file that no machine can run: a true header, then bytes that compress like code.

    Args:
        machine: whose program it is.
        name: makes the bytes differ from those of other programs.
        size: in bytes, of the whole file.
        shared: a shared object rather than an executable.
    """
    identification = b"\x7fELF\x02\x01\x01" + bytes(9)
    kind = 3 if shared else 2
    header = identification + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine.elf_number, 1, 0x1000, 0, 0, 0, 64, 56, 0, 64, 0, 0
    )
    noise = hashlib.shake_256(f"{machine.architecture}/{name}".encode()).digest(size // 3)
    text = f"{name}: usage: {name} [OPTION]... [FILE]...\0GCC: (Debian 12.2.0-14) 12.2.0\0".encode()
    filler = text + bytes(64)
    body = b"".join(noise[at : at + 96] + filler[at % 64 :] for at in range(0, len(noise), 96))
    return (header + body).ljust(size, b"\0")[:size]


_PACKAGES = (
    ("base-files", "12.4+deb12u5", 341, "Debian base system miscellaneous files"),
    ("bash", "5.2.15-2+b2", 7175, "GNU Bourne Again SHell"),
    ("coreutils", "9.1-1", 18062, "GNU core utilities"),
    ("dash", "0.5.12-2", 191, "POSIX-compliant shell"),
    ("libc6", "2.36-9+deb12u7", 12986, "GNU C Library: Shared libraries"),
    ("login", "1:4.13+dfsg1-1+b1", 2616, "system login tools"),
    ("mawk", "1.3.4.20200120-3.1", 263, "Pattern scanning and text processing language"),
    ("passwd", "1:4.13+dfsg1-1+b1", 2804, "change and administer password and group data"),
    ("perl-base", "5.36.0-7+deb12u1", 7700, "minimal Perl system"),
    ("tzdata", "2024a-0+deb12u1", 2566, "time zone and daylight-saving time data"),
)
_INSTALLED_PACKAGES = (
    ("ca-certificates", "20230311", 384, "Common CA certificates"),
    ("curl", "7.88.1-10+deb12u5", 500, "command line tool for transferring data with URL syntax"),
    ("libpython3.11-stdlib", "3.11.2-6", 8110, "Interactive high-level object-oriented language (standard library)"),
    ("python3.11", "3.11.2-6", 571, "Interactive high-level object-oriented language (version 3.11)"),
)


def package_status(architecture: str, *, installed: bool) -> str:
    """The dpkg database of the base, or after the packages of the second layer were installed."""
    packages = sorted(_PACKAGES + (_INSTALLED_PACKAGES if installed else ()))
    return "\n".join(
        f"Package: {name}\nStatus: install ok installed\nPriority: required\nSection: base\n"
        f"Installed-Size: {size}\nMaintainer: Debian Developers <debian-devel@lists.debian.org>\n"
        f"Architecture: {architecture}\nVersion: {version}\nDescription: {summary}\n"
        for name, version, size, summary in packages
    )


def package_list(architecture: str) -> str:
    """An apt list as ``apt-get update`` leaves it behind."""
    return "\n".join(
        f"Package: {name}\nVersion: {version}\nInstalled-Size: {size}\nArchitecture: {architecture}\n"
        f"Filename: pool/main/{name[0]}/{name}/{name}_{version}_{architecture}.deb\nDescription: {summary}\n"
        for name, version, size, summary in _PACKAGES + _INSTALLED_PACKAGES
    )


def certificates() -> str:
    """A bundle that looks like the certificates of the web's authorities, and holds none."""
    return "".join(
        f"# Example authority {number}\n-----BEGIN CERTIFICATE-----\n{_letters(number)}\n-----END CERTIFICATE-----\n"
        for number in range(1, 61)
    )


def _letters(number: int) -> str:
    text = hashlib.shake_256(b"authority %d" % number).hexdigest(480)
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))


def access_log() -> str:
    """About 1.5 MB of a web server's log, the largest thing in the image that nobody wanted in it."""
    dice = random.Random(1)
    pages = ("/", "/books", "/books/moby-dick", "/books/middlemarch", "/cart", "/static/app.css", "/search?q=whale")
    agents = ("Mozilla/5.0 (X11; Linux x86_64)", "curl/7.88.1", "Mozilla/5.0 (compatible; bot/2.1)")
    lines: list[str] = []
    for number in range(LOG_LINES):
        minute, second = divmod(number // 5, 60)
        hour, minute = divmod(minute, 60)
        dots = int(dice.random() * 254) + 1
        page = pages[int(dice.random() * len(pages))]
        size = int(dice.random() * 9000) + 200
        lines.append(
            f'203.0.113.{dots} - - [13/May/2024:{hour:02}:{minute:02}:{second:02} +0000] "GET {page} HTTP/1.1"'
            f' 200 {size} "-" "{agents[dots % 3]}"\n'
        )
    return "".join(lines)


APP_PY = '''\
"""Paperboat, a small bookshop."""

import csv
import json
from pathlib import Path

from flask import Flask, render_template

HERE = Path(__file__).parent
app = Flask("paperboat")
app.config.update(json.loads((HERE / "config.json").read_text()))


@app.route("/")
def front_page():
    with open(HERE / "data" / "books.csv", newline="") as lines:
        return render_template("index.html", books=list(csv.DictReader(lines)))


@app.route("/healthz")
def health():
    return "ok"
'''

_CONFIG_JSON = """\
{
  "name": "paperboat",
  "version": "VERSION",
  "debug": true,
  "database": "data/books.db",
  "mail": { "from": "shop@example.com", "sender": "/usr/local/bin/paperboat-mail" },
  "languages": ["en", "de", "ja"]
}
"""

BOOKS_CSV = """\
title,author,year,price
Moby-Dick,Herman Melville,1851,12.50
Middlemarch,George Eliot,1871,14.00
Die Verwandlung,Franz Kafka,1915,7.90
吾輩は猫である,夏目漱石,1905,9.80
Dom Casmurro,Machado de Assis,1899,11.20
"""


def config_json(version: str, *, debug: bool = True) -> str:
    """The settings of the application."""
    text = _CONFIG_JSON.replace("VERSION", version)
    return text if debug else text.replace("true", "false")
