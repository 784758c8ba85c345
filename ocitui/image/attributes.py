"""Extended attributes as people read them: file capabilities, access control lists, SELinux labels.

Implements ``struct vfs_cap_data`` and ``struct vfs_ns_cap_data`` of Linux (``linux/capability.h``,
revisions 1 to 3) and the lists of ``linux/posix_acl_xattr.h``. All texts are safe to draw.
"""

import struct
from collections.abc import Iterator, Mapping

from ocitui.display import printable

CAPABILITY = b"security.capability"
"""The attribute that holds the capabilities of a file."""

ACL = b"system.posix_acl_access"
DEFAULT_ACL = b"system.posix_acl_default"
SELINUX = b"security.selinux"

CAPABILITIES = (
    "cap_chown",
    "cap_dac_override",
    "cap_dac_read_search",
    "cap_fowner",
    "cap_fsetid",
    "cap_kill",
    "cap_setgid",
    "cap_setuid",
    "cap_setpcap",
    "cap_linux_immutable",
    "cap_net_bind_service",
    "cap_net_broadcast",
    "cap_net_admin",
    "cap_net_raw",
    "cap_ipc_lock",
    "cap_ipc_owner",
    "cap_sys_module",
    "cap_sys_rawio",
    "cap_sys_chroot",
    "cap_sys_ptrace",
    "cap_sys_pacct",
    "cap_sys_admin",
    "cap_sys_boot",
    "cap_sys_nice",
    "cap_sys_resource",
    "cap_sys_time",
    "cap_sys_tty_config",
    "cap_mknod",
    "cap_lease",
    "cap_audit_write",
    "cap_audit_control",
    "cap_setfcap",
    "cap_mac_override",
    "cap_mac_admin",
    "cap_syslog",
    "cap_wake_alarm",
    "cap_block_suspend",
    "cap_audit_read",
    "cap_perfmon",
    "cap_bpf",
    "cap_checkpoint_restore",
)
"""Their names by their numbers, as of Linux 6."""

_EFFECTIVE = 1
_REVISIONS = {1: 12, 2: 20, 3: 24}
"""Bytes of each revision of the attribute."""

_ACL_VERSION = 2
_ACL_ENTRY = struct.Struct("<HHI")
_ACL_TAGS = {0x01: "user", 0x02: "user", 0x04: "group", 0x08: "group", 0x10: "mask", 0x20: "other"}
_ACL_NAMED = (0x02, 0x08)


def attribute_text(name: bytes, value: bytes) -> str:
    """Return what an extended attribute means where that is known, else its value as text or in hex."""
    if (known := _meaning(name, value)) is not None:
        return known
    if name == SELINUX:
        value = value.removesuffix(b"\0")
    return printable(value) if value.isascii() and value.decode().isprintable() else f"0x{value.hex()}"


def notable_texts(xattrs: Mapping[bytes, bytes]) -> Iterator[str]:
    """Yield the attributes that change who may do what beyond mode and owner: capabilities and access control lists."""
    for name, title in ((CAPABILITY, ""), (ACL, "acl "), (DEFAULT_ACL, "default acl ")):
        if name in xattrs:
            value = xattrs[name]
            known = _meaning(name, value)
            yield title + known if known is not None else f"unreadable {title or 'capabilities '}0x{value.hex()}"


def _meaning(name: bytes, value: bytes) -> str | None:
    """Return capabilities or a list in words; None for another attribute, and where that cannot be read."""
    if name == CAPABILITY:
        return capability_text(value)
    return acl_text(value) if name in (ACL, DEFAULT_ACL) else None


def capability_text(value: bytes) -> str | None:
    """Return the capabilities of a file: ``cap_net_raw+ep``, several sets with blanks between them.

    Letters as in ``setcap``: permitted, inheritable, and effective, which a file has for all of them or for none.
    ``[rootid=1000]`` follows where they only count in user namespaces of that root.

    Args:
        value: of `CAPABILITY`.

    Returns:
        None where that is no such value.
    """
    if len(value) < 4:
        return None
    (magic,) = struct.unpack_from("<I", value)
    revision = magic >> 24
    if _REVISIONS.get(revision) != len(value):
        return None
    words = struct.unpack_from(f"<{2 if revision == 1 else 4}I", value, 4)
    permitted, inheritable = (sum(word << 32 * nth for nth, word in enumerate(words[start::2])) for start in (0, 1))
    effective = "e" if magic & _EFFECTIVE else ""
    sets = (
        (permitted & inheritable, f"{effective}ip"),
        (permitted & ~inheritable, f"{effective}p"),
        (inheritable & ~permitted, f"{effective}i"),
    )
    texts = [f"{_names(bits)}+{letters}" for bits, letters in sets if bits]
    if revision == 3:
        texts.append(f"[rootid={struct.unpack_from('<I', value, 20)[0]}]")
    return " ".join(texts) or "no capabilities"


def acl_text(value: bytes) -> str | None:
    """Return an access control list in one line: ``user::rw-,user:1000:r--,group::r--,mask::r--,other::---``.

    Args:
        value: of `ACL` or `DEFAULT_ACL`.

    Returns:
        None where that is no such value.
    """
    if len(value) < 4 or (len(value) - 4) % _ACL_ENTRY.size or struct.unpack_from("<I", value)[0] != _ACL_VERSION:
        return None
    texts = []
    for tag, permissions, id_ in _ACL_ENTRY.iter_unpack(value[4:]):
        if tag not in _ACL_TAGS:
            return None
        who = str(id_) if tag in _ACL_NAMED else ""
        allowed = "".join(letter if permissions & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))
        texts.append(f"{_ACL_TAGS[tag]}:{who}:{allowed}")
    return ",".join(texts)


def _names(bits: int) -> str:
    if bits == (1 << len(CAPABILITIES)) - 1:
        return "all"
    numbers = [number for number in range(64) if bits >> number & 1]
    return ",".join(CAPABILITIES[number] if number < len(CAPABILITIES) else f"cap_{number}" for number in numbers)
