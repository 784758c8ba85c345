"""A repository that is open: who asks it, what is kept of it, and the blobs that are read."""

import base64
import json
import threading
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ocitui.cache_folder import CacheFolder
from ocitui.spec.digest import Digest
from ocitui.transports.registry.blobs.remote_blob import RemoteBlob
from ocitui.transports.registry.client import Client
from ocitui.transports.registry.kept import Kept
from ocitui.transports.registry.patience import Patience, Watch
from ocitui.transports.registry.registries_conf import Endpoint
from ocitui.transports.registry.settings import Login, RegistrySettings

if TYPE_CHECKING:
    from ocitui.transports.registry.documents import Documents


class Repository:
    """A repository at one endpoint. For several threads."""

    def __init__(self, client: Client, cache: CacheFolder) -> None:
        self.client = client
        self.kept = Kept(cache)
        self._lock = threading.Lock()
        self._blobs: dict[Digest, RemoteBlob] = {}
        self._copied_once: frozenset[str] = frozenset()
        self._ends: dict[str, str] = {}

    @cached_property
    def documents(self) -> "Documents":
        """Its manifests, indexes and configs."""
        from ocitui.transports.registry.documents import Documents  # which a process that reads a layer does not need

        return Documents(self.client, self.kept)

    @property
    def place(self) -> str:
        """Registry and repository: ``docker.io/library/nginx``."""
        return self.client.endpoint.place

    def blob(self, digest: Digest, size: int | None) -> RemoteBlob:
        """A blob; the same object for all who read it."""
        with self._lock:
            found = self._blobs.get(digest)
            if found is None:
                found = self._blobs[digest] = RemoteBlob(self.client, self.kept, digest, size)
                found.is_copied_once = str(digest) in self._copied_once
                found.end = base64.b64decode(self._ends.get(str(digest), ""))
            return found

    def to_line(self) -> str:
        """All that another process needs to ask this repository, credentials included: not to be shown, or kept."""
        client = self.client
        settings = client.settings
        with self._lock:
            copied = [str(blob.digest) for blob in self._blobs.values() if blob.is_copied_once]
            ends = {str(blob.digest): base64.b64encode(blob.end).decode() for blob in self._blobs.values() if blob.end}
        found = {
            "endpoint": asdict(client.endpoint),
            "scheme": client.scheme,
            "settings": asdict(replace(settings, authfile=None, cert_dir=None, registries_conf=None)),
            "authfile": _text(settings.authfile),
            "cert_dir": _text(settings.cert_dir),
            "credentials": asdict(client.credentials) if client.credentials is not None else None,
            "authorization": client.authorizer.state(),
            "cache": [str(self.kept.cache.root), self.kept.cache.limit],
            "copied_once": copied,
            "ends": ends,
        }
        return json.dumps(found)

    @classmethod
    def from_line(cls, line: str, watch: Watch) -> Self:
        """The repository that `to_line` was asked of, in another process."""
        found = json.loads(line)
        fields = found["settings"]
        login, patience = fields.pop("login"), fields.pop("patience")
        fields |= {name: Path(found[name]) for name in ("authfile", "cert_dir") if found[name]}
        settings = RegistrySettings(**fields, login=Login(**login) if login else None, patience=Patience(**patience))
        credentials = None
        if found["credentials"] is not None:
            from ocitui.transports.registry.login.credentials import Credentials  # which most registries do not ask for

            credentials = Credentials(**found["credentials"])
        client = Client(Endpoint(**found["endpoint"]), settings, watch, credentials)
        client.scheme = found["scheme"]
        client.authorizer.restore(found["authorization"])
        root, limit = found["cache"]
        repository = cls(client, CacheFolder(Path(root), limit))
        repository._copied_once = frozenset(found["copied_once"])
        repository._ends = found["ends"]
        return repository


def _text(path: Path | None) -> str:
    return str(path.absolute()) if path is not None else ""
