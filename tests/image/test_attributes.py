"""Extended attributes as people read them, against the kernel and ``setcap``."""

import os
import struct
import subprocess
from pathlib import Path

import pytest

from ocitui.demo.tar import capability
from ocitui.image.attributes import ACL, CAPABILITIES, CAPABILITY, SELINUX, acl_text, attribute_text, capability_text
from tests.images.tools import require_root, require_tool


def data(revision: int, permitted: int, inheritable: int = 0, *, is_effective: bool = True, root: int = 0) -> bytes:
    """The attribute as ``linux/capability.h`` has it."""
    words = [permitted & 0xFFFFFFFF, inheritable & 0xFFFFFFFF]
    if revision > 1:
        words += [permitted >> 32, inheritable >> 32]
    if revision == 3:
        words.append(root)
    return struct.pack(f"<{len(words) + 1}I", revision << 24 | is_effective, *words)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (capability(13)[0][1], "cap_net_raw+ep"),
        (data(1, 1 << 13), "cap_net_raw+ep"),
        (data(2, 1 << 13, is_effective=False), "cap_net_raw+p"),
        (data(2, 0, 1 << 13, is_effective=False), "cap_net_raw+i"),
        (data(2, 1 << 13 | 1 << 10, 1 << 40), "cap_net_bind_service,cap_net_raw+ep cap_checkpoint_restore+ei"),
        (data(2, 1 << 12 | 1 << 13, 1 << 13), "cap_net_raw+eip cap_net_admin+ep"),
        (data(3, 1 << 13, root=100_000), "cap_net_raw+ep [rootid=100000]"),
        (data(2, (1 << 41) - 1), "all+ep"),
        (data(2, 1 << 41 | 1 << 63), "cap_41,cap_63+ep"),
        (data(2, 0, is_effective=False), "no capabilities"),
        (data(2, 1)[:-1], None),
        (data(2, 1) + b"\0", None),
        (data(4, 1), None),
        (b"", None),
        (b"\x02", None),
    ],
)
def test_capabilities(value: bytes, text: str | None) -> None:
    assert capability_text(value) == text
    assert attribute_text(CAPABILITY, value) == (text if text is not None else f"0x{value.hex()}" if value else "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            struct.pack("<IHHIHHIHHIHHIHHIHHI", 2, 1, 6, 0, 2, 4, 1000, 4, 4, 0, 8, 5, 50, 0x10, 7, 0, 0x20, 0, 0),
            "user::rw-,user:1000:r--,group::r--,group:50:r-x,mask::rwx,other::---",
        ),
        (struct.pack("<I", 2), ""),
        (struct.pack("<I", 1), None),
        (struct.pack("<IHH", 2, 1, 6), None),
        (struct.pack("<IHHI", 2, 3, 6, 0), None),
        (b"abc", None),
    ],
)
def test_access_control_lists(value: bytes, text: str | None) -> None:
    assert acl_text(value) == text


def test_other_attributes() -> None:
    assert attribute_text(SELINUX, b"system_u:object_r:bin_t:s0\0") == "system_u:object_r:bin_t:s0"
    assert attribute_text(SELINUX, b"\x1b[31m\0") == "0x1b5b33316d"
    assert attribute_text(b"user.note", b"yes") == "yes"
    assert attribute_text(b"user.note", b"\xff\0") == "0xff00"
    assert attribute_text(ACL, b"abc") == "abc"


@pytest.mark.peer
@pytest.mark.parametrize("number", range(len(CAPABILITIES)), ids=CAPABILITIES)
def test_setcap(number: int, tmp_path: Path) -> None:
    """The names are those of libcap, by the same numbers, and the kernel takes what we read."""
    require_root()
    path = tmp_path / "it"
    path.touch()
    for letters in ("ep", "p", "ei", "eip"):
        text = f"{CAPABILITIES[number]}+{letters}"
        subprocess.run([require_tool("setcap"), text, path], check=True)
        assert capability_text(os.getxattr(path, "security.capability")) == text


def test_an_access_control_list_of_the_kernel(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.touch(0o640)
    value = struct.pack("<IHHIHHIHHIHHIHHI", 2, 1, 6, 2**32 - 1, 2, 4, 7, 4, 4, 2**32 - 1, 16, 4, 0, 32, 0, 0)
    try:
        os.setxattr(path, ACL, value)
    except OSError as error:
        pytest.skip(f"the file system has no access control lists: {error}")
    assert acl_text(os.getxattr(path, ACL)) == "user::rw-,user:7:r--,group::r--,mask::r--,other::---"
