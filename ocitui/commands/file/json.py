"""The JSON output of ``ocitui file``::

    {"schemaVersion": 1, "place", "image": digest, "restsOn": […] (or "layer": {…}, as of ``ocitui ls --json``),
     "files": [
       {"path": as typed, or as a pattern found it, "resolved": the path that it leads to, "layer": number, "kind":
        "file", "directory", …, "size", "type": "ELF 64-bit x86-64 program", "text · UTF-8", …,
        "elf": {"bits", "order", "machine", "type", "interpreter", "needed": […], "soname", "rpath", "runpath",
                "buildId", "goBuildId", "dynamic", "stripped", "debugInfo"},
        "go": {"version", "path", "main": MODULE, "modules": [MODULE, …], "settings": {NAME: VALUE, …}},
        "erofs": {"volume", "uuid", "inodes", "blockSize", "size", "time", "features": […]},
        "rust": {"packages": [{"name", "version", "source", "kind", "root"}, …]},
        "certificates": [{"subject", "issuer", "serial", "notBefore", "notAfter", "expired", "names": […], "key",
                          "authority", "sha256"}, …],
        "keys": [{"form", "kind", "private", "encrypted", "fingerprint", "comment", "before": options or hosts}, …],
        "also": ["certificate request", …],
        "problems": […]}, …],
     "problems": […]}

``elf``, ``erofs``, ``go`` and ``rust`` are null where a file has none. A MODULE is {"path", "version", "sum",
"replacedBy": MODULE or null}.
"""

from collections.abc import Iterable, Iterator

from ocitui.commands.file.told import Told
from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.output.files_head import files_head
from ocitui.commands.output.json import JsonObject, path_fields, write_array, write_closed, write_opened
from ocitui.display import current_moment
from ocitui.image.described.credential_facts import sha256_of
from ocitui.image.described.credentials import Credentials
from ocitui.image.described.elf import ElfFile
from ocitui.image.described.erofs import ErofsImage
from ocitui.image.described.go import GoBuild, GoModule
from ocitui.image.described.key import Key
from ocitui.image.signatures.certificate import Certificate
from ocitui.spec.moment import format_moment


def write_files_json(opened: OpenFiles, told: Iterable[Told]) -> list[str]:
    """Write what is told of files to standard output, each as soon as it is known; return what is wrong with them."""
    problems: list[str] = []

    def objects() -> Iterator[JsonObject]:
        for each in told:
            problems.extend(each.problems)
            yield _object(each)

    write_opened(files_head(opened), "files")
    write_array(objects())
    write_closed({"problems": [*opened.all_problems()]})
    return problems


def _object(told: Told) -> JsonObject:
    description = told.description
    elf = description.elf if description is not None else None
    erofs = description.erofs if description is not None else None
    go = description.go if description is not None else None
    credentials = (description.credentials if description is not None else None) or Credentials()
    return {
        **path_fields("path", told.path),
        **path_fields("resolved", told.found.path),
        "layer": told.found.layer or None,
        "kind": (told.file or told.found.entry).kind.word,
        "size": told.file.size if told.file is not None else None,
        "type": description.words if description is not None else None,
        "elf": _elf_object(elf) if elf is not None else None,
        "erofs": _erofs_object(erofs) if erofs is not None else None,
        "go": _go_object(go) if go is not None else None,
        "rust": _crates_object(elf) if elf is not None and elf.crates is not None else None,
        "certificates": [_certificate_object(each) for each in credentials.certificates],
        "keys": [_key_object(each) for each in credentials.keys],
        "also": list(credentials.others),
        "problems": list(told.problems),
    }


def _certificate_object(certificate: Certificate) -> JsonObject:
    end = certificate.not_after
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "notBefore": certificate.not_before and format_moment(certificate.not_before),
        "notAfter": end and format_moment(end),
        "expired": end is not None and end < current_moment(),
        "names": list(certificate.names),
        "key": certificate.key,
        "authority": certificate.is_authority,
        "sha256": sha256_of(certificate),
    }


def _key_object(key: Key) -> JsonObject:
    return {
        "form": key.form,
        "kind": key.kind or None,
        "private": key.is_private,
        "encrypted": key.is_encrypted,
        "fingerprint": key.fingerprint or None,
        "comment": key.comment or None,
        "before": key.before or None,
    }


def _elf_object(elf: ElfFile) -> JsonObject:
    return {
        "bits": elf.bits or None,
        "order": elf.order,
        "machine": elf.machine,
        "type": elf.kind,
        "interpreter": elf.interpreter or None,
        "needed": list(elf.needed),
        "soname": elf.soname or None,
        "rpath": elf.rpath or None,
        "runpath": elf.runpath or None,
        "buildId": elf.build_id or None,
        "goBuildId": elf.go_build_id or None,
        "dynamic": elf.is_dynamic,
        "stripped": elf.is_stripped,
        "debugInfo": elf.has_debug,
    }


def _erofs_object(erofs: ErofsImage) -> JsonObject:
    return {
        "volume": erofs.volume or None,
        "uuid": erofs.uuid or None,
        "inodes": erofs.inodes,
        "blockSize": erofs.block_size,
        "size": erofs.size,
        "time": erofs.made and format_moment(erofs.made),
        "features": list(erofs.features),
    }


def _go_object(go: GoBuild) -> JsonObject:
    return {
        "version": go.version,
        "path": go.path or None,
        "main": _module_object(go.main),
        "modules": [_module_object(each) for each in go.modules],
        "settings": dict(go.settings),
    }


def _module_object(module: GoModule | None) -> JsonObject | None:
    if module is None:
        return None
    return {
        "path": module.path,
        "version": module.version or None,
        "sum": module.sum or None,
        "replacedBy": _module_object(module.replaced_by),
    }


def _crates_object(elf: ElfFile) -> JsonObject:
    return {
        "packages": [
            {
                "name": each.name,
                "version": each.version or None,
                "source": each.source or None,
                "kind": each.kind,
                "root": each.is_root,
            }
            for each in elf.crates or ()
        ]
    }
