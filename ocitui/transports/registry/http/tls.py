"""The certificates that are trusted, and those that are shown: the system's, and those of the folders certs.d.

Implements containers-certs.d(5).
"""

import os
import ssl
from pathlib import Path

from ocitui.display import printable
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.settings import RegistrySettings, config_home

SYSTEM_FOLDERS = (Path("/etc/containers/certs.d"), Path("/etc/docker/certs.d"))


def make_context(host: str, home: str, settings: RegistrySettings, is_insecure: bool) -> ssl.SSLContext:
    """Everything that is needed to speak TLS with a host.

    Where a registry leads to another host, for tokens or for blobs, that may be certified
    by whoever certified the registry; but no key of the user's is shown to it.

    Args:
        host: with its port where one was typed, as folders are named after it.
        home: the registry, named likewise.
        settings: may name another folder.
        is_insecure: certificates are not checked.

    Raises:
        RegistryError: a certificate or a key cannot be read.
    """
    if is_insecure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context()
    for name in dict.fromkeys((home, host)):
        folder = folder_of(name, settings)
        if folder is not None:
            _load(context, folder, has_keys=name == host and (host == home or settings.cert_dir is None))
    return context


def folder_of(host: str, settings: RegistrySettings) -> Path | None:
    """The folder of a host's certificates; None where there is none."""
    if settings.cert_dir is not None:
        if not os.path.isdir(settings.cert_dir):
            raise RegistryError(f"{printable(str(settings.cert_dir))}: no such folder")
        return settings.cert_dir
    folders = (config_home() / "containers/certs.d", *SYSTEM_FOLDERS)
    return next((folder / host for folder in folders if os.path.isdir(folder / host)), None)


def _load(context: ssl.SSLContext, folder: Path, has_keys: bool) -> None:
    """Trust ``*.crt``, and show ``X.cert`` with the key ``X.key`` if they are for this host."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise RegistryError(f"{printable(str(folder))}: cannot be read: {error.strerror or error}") from None
    for name in names:
        path = folder / name
        try:
            match path.suffix:
                case ".crt":
                    context.load_verify_locations(cafile=path)
                case ".cert" if has_keys:
                    context.load_cert_chain(path, path.with_suffix(".key"))
                case ".key" if has_keys and path.with_suffix(".cert").name not in names:
                    raise RegistryError(f"{printable(str(path))}: its certificate {path.stem}.cert is missing")
        except ssl.SSLError as error:
            reason = error.reason or error
            raise RegistryError(f"{printable(str(path))}: not a certificate or a key ({reason})") from None
        except OSError as error:
            raise RegistryError(f"{printable(str(path))}: cannot be read: {error.strerror or error}") from None
