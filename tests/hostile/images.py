"""Images whose every word tries to reach the terminal, the markup, the shell, or the eye of the reader."""

from collections.abc import Sequence
from pathlib import Path

from ocitui.demo.tar import Entry, directory, file, symlink, write_tar
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

CONTROLS = [*range(1, 0x20), 0x7F, *range(0x80, 0xA0)]

WORDS: dict[str, str] = {
    "every control": "".join(map(chr, CONTROLS)),
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;owned\x07",
    "title in C1": "\x9d0;owned\x9c",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "cursor": "\x1b[5A\x1b[?25l",
    "alternate screen": "\x1b[?1049l",
    "report": "\x1b[6n\x1b[c",
    "kitty": "\x1b_Ga=T,f=100;AAAA\x1b\\",
    "sixel": "\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
    "hyperlink": "\x1b]8;;http://owned\x1b\\here\x1b]8;;\x1b\\",
    "colour report": "\x1b]10;?\x07",
    "DECRQSS": "\x1bP$qm\x1b\\",
    "answerback": "\x05",
    "end of paste": "\x1b[201~touch owned\n",
    "C1 CSI": "\x9b2J",
    "reset": "\x1bc",
    "newline": "one\ntwo",
    "return": "one\rtwo",
    "tab": "one\ttwo",
    "backspace": "rm\b\bls",
    "bidi override": "cod\u202egpj.exe",
    "bidi isolate": "\u2066a\u2069b",
    "zero width": "a\u200bb\u200cd\u200de\ufeff",
    "combining run": "a" + "\u0301" * 300,
    "combining first": "\u0301\u0302start",
    "wide": "日本語" * 20,
    "ambiguous": "§¡±×÷αβ①" * 5,
    "emoji": "👩\u200d👩\u200d👧\u200d👦 🇩🇪 ❤\ufe0f",
    "filler": "\u3164\u115f\u2800",
    "tags": "a\U000e0041\U000e0042",
    "line separators": "a\u2028b\u2029c\x85d",
    "markup": "[red]danger[/red]",
    "action": "[@click=app.quit]quit[/]",
    "unclosed markup": "a[/]b[",
    "link markup": "[link=file:///etc/passwd]x[/link]",
    "percent": "%s%n%x{0}{x}",
    "option": "-rf",
    "shell": "$(touch owned);`id`&&'\"",
    "dots": "...",
    "backslash": "a\\x1b[31m",
    "private use": "\ue000\uf8ff",
    "noncharacter": "\ufffe\uffff",
    "GitHub": "a\n::error file=x::owned",
    "GitHub, older": "a ##[error]owned",
    "Azure": "##vso[task.setvariable variable=x]owned",
    "percent newline": "a%0A::error::owned%0D",
    "XML": "]]></failure><![CDATA[&amp;&#27;\"'-->",
    "variation": "a\ufe0eb\ufe0f\U000e0100",
    "long": "x" * 255,
}
"""Texts that are UTF-8."""

BYTES: dict[str, bytes] = {
    "latin-1": "grüße".encode("latin-1"),
    "shift-jis": "日本語".encode("shift-jis"),
    "invalid": b"\xff\xfe\xc0\x80\xed\xa0\x80",
    "Shift-JIS backslash and bracket": "表ー".encode("shift-jis"),
    "GBK backslash": "誠".encode("gbk"),
    "EUC-JP": "日本語".encode("euc-jp"),
    "cut": "日".encode()[:2],
    "4,000 bytes": b"n" * 4000,
    "C1 as bytes": bytes(range(0x80, 0xA0)),
}
"""Names that are not."""

HALVES = ["\ud800", "a\udfff", "\udce9", "\udc80\udc9b2J"]
"""Lone surrogates, which JSON can spell and nothing else can hold."""


def names() -> list[bytes]:
    """Names of files: all of them, without the slashes in them and the zeros that none can hold."""
    return [word.replace("/", "∕").encode() for word in WORDS.values()] + list(BYTES.values())


def layers() -> list[bytes]:
    """Two layers: files, folders, links and whiteouts that are called so, with such contents and such targets."""
    everything = names()
    lower: list[Entry] = [directory("d")]
    for number, name in enumerate(everything):
        lower.append(file(name, name, mode=0o600 + number % 8))
        lower.append(symlink(b"link-%d" % number, name))
        lower.append(file(b"d/" + name, b"%d" % number))
    for number, name in enumerate(everything[:20]):
        lower += [directory(b"f%d-" % number + name), file(b"f%d-" % number + name + b"/" + name, name * 3)]
    lower.append(file(b"/".join([b"m" * 4000] * 16), "64 KiB of path"))
    lower += [file(name, "a name that is none") for name in (b"", b".", b"..", b"./x/../y", b"//z//", b"d/..")]
    lower.append(Entry(b"attributes", xattrs=(("user.\x1b[31m", b"\x1b[2J"),)))
    upper: list[Entry] = [file(name, b"changed " + name) for name in everything[:10]]
    upper += [file(b"d/.wh." + name) for name in everything if b"." not in name[:4]]
    return [write_tar(lower), write_tar(upper)]


def hostile_layout(path: Path, words: Sequence[str] = tuple(WORDS.values())) -> WrittenLayout:
    """An image with such names, and with such words in every field of its documents that may hold any text."""
    lower, upper = layers()
    everything = " ".join(words)
    mapping = {word: word for word in (*words, *HALVES, "")}
    config = {
        "author": everything,
        "created": "2024-05-14T10:00:00Z",
        "config": {
            "User": words[1],
            "WorkingDir": everything,
            "Env": [f"{word}={word}" for word in (*words, *HALVES)],
            "Entrypoint": [*words, *HALVES, ""],
            "Cmd": [*words, ""],
            "Labels": mapping,
            "ExposedPorts": {"80/tcp": {}},
            "Volumes": {word: {} for word in words},
            "StopSignal": everything,
            "Healthcheck": {"Test": ["CMD", *words]},
        },
        "history": [
            {"created_by": everything, "comment": everything, "author": everything},
            {"created_by": "\n".join(words)},
            *({"created_by": word, "comment": word, "empty_layer": True} for word in (*words, *HALVES)),
        ],
        "os": "linux",
        "architecture": "amd64",
        "variant": words[2],
    }
    return write_layout(
        path,
        [
            LayerSpec(lower, descriptor={"annotations": mapping, "urls": ["https://example.com/"]}),
            LayerSpec(upper, "zstd"),
        ],
        tag=words[1],
        config=config,
        manifest={"annotations": mapping, "artifactType": "application/x", **dict.fromkeys(words[:5], everything)},
        manifest_descriptor={"annotations": {"org.opencontainers.image.ref.name": words[1], **mapping}},
        index={"annotations": mapping},
    )
