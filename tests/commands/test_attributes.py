"""Capabilities and access control lists, wherever a command shows who may do what."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.demo.tar import capability, file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import WrittenLayout, write_layout

ACL = struct.pack("<IHHIHHIHHIHHIHHI", 2, 1, 6, 0, 2, 4, 7, 4, 4, 0, 16, 4, 0, 32, 0, 0)
LINE = "user::rw-,user:7:r--,group::r--,mask::r--,other::---"


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    ping = replace(file("bin/ping", "x", 0o755), xattrs=(("security.capability", b"\1\0\0\2" + bytes(16)),))
    lower = [file("bin/plain", "x"), ping, replace(file("acl", "x"), xattrs=(("system.posix_acl_access", ACL),))]
    upper = [replace(ping, xattrs=(*capability(13), ("user.note", b"\xff")))]
    return write_layout(tmp_path / "image", [write_tar(lower), write_tar(upper)])


def test_ls(run: Run, layout: WrittenLayout) -> None:
    lines = run("ls", "-lR", layout.path).lines
    assert [line.partition("Z")[0].split("  ")[5:] for line in lines if "ping" in line] == [
        ["bin/ping", "cap_net_raw+ep"]
    ]
    assert [line.split("  ")[5:] for line in lines if "acl" in line] == [["acl", f"acl {LINE}"]]
    assert all("cap_" not in line for line in lines if "plain" in line)


def test_what_is_no_attribute_of_its_kind_is_said(run: Run, tmp_path: Path) -> None:
    odd = (("security.capability", b"\1"), ("system.posix_acl_access", b"abc"))
    image = write_layout(tmp_path / "odd", [write_tar([replace(file("f"), xattrs=odd)])]).path
    (line,) = run("ls", "-l", image).lines
    assert line.endswith("  f  unreadable capabilities 0x01  unreadable acl 0x616263")
    lines = run("ls", "-l", "--xattrs", image).lines
    assert lines[1:] == ["    security.capability  0x01", "    system.posix_acl_access  0x616263  abc"]


def test_ls_has_the_bytes_one_option_away(run: Run, layout: WrittenLayout) -> None:
    lines = run("ls", "-l", "--xattrs", layout.path, "/bin/ping").lines
    raw = capability(13)[0][1].hex()
    assert lines[1:] == [f"    security.capability  0x{raw}  cap_net_raw+ep", "    user.note  0xff"]
    refused = run("ls", "--xattrs", layout.path)
    assert (refused.code, refused.err) == (2, "ocitui: ls: --xattrs needs -l\n")
    (entry,) = run("ls", "--json", layout.path, "/bin/ping").json["entries"]
    assert entry["xattrTexts"] == {"security.capability": "cap_net_raw+ep", "user.note": "0xff"}


def test_which(run: Run, layout: WrittenLayout) -> None:
    lines = run("which", layout.path, "/bin/ping").lines
    assert "1 B -rwxr-xr-x cap_net_raw+ep" in lines[0]
    assert "-rwxr-xr-x no capabilities" in lines[1]
    assert "modified (xattrs" in lines[2]
    assert "-rwxr-xr-x cap_net_raw+ep" in lines[2]


def test_find(run: Run, layout: WrittenLayout) -> None:
    assert {line.split("\t")[-1] for line in run("find", layout.path, "type:capability").lines} == {"/bin/ping"}
    others = {line.split("\t")[-1] for line in run("find", layout.path, "type:file", "-type:capability").lines}
    assert others == {"/bin/plain", "/acl"}


def test_diff(run: Run, layout: WrittenLayout) -> None:
    lines = run("diff", layout.path, "--layer", "1", "--layer", "2", "/bin/ping").lines
    assert "xattr security.capability: no capabilities -> cap_net_raw+ep" in lines
