"""A user's settings of registries: on the command line, and in the environment."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ocitui.errors import UsageError
from ocitui.transports.registry.patience import Patience


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``user:password`` as skopeo does; a password may be left out. Or raise `UsageError`."""
        user, _, password = text.partition(":")
        if not user:
            raise UsageError("--creds: the user is missing (USER:PASSWORD)")
        return cls(user, password)


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """Options of one invocation, named as skopeo names them."""

    login: Login | None = None
    """``--creds``: for the registry that was typed, and for none of its mirrors."""
    is_anonymous: bool = False
    """``--no-creds``: no file is read for credentials, and no helper asked."""
    token: str = field(default="", repr=False)
    """``--registry-token``: sent as it is, to the registry that was typed."""
    authfile: Path | None = None
    """``--authfile``: the only file of credentials that is read."""
    tls_verify: bool | None = None
    """``--tls-verify``; None for what registries.conf says, and yes where it says nothing."""
    cert_dir: Path | None = None
    """``--cert-dir``: in place of the folders certs.d."""
    registries_conf: Path | None = None
    """In place of the user's and the system's."""
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        """Raise `UsageError` where options contradict each other."""
        given = [
            name
            for name, is_given in (
                ("--creds", self.login is not None),
                ("--no-creds", self.is_anonymous),
                ("--registry-token", bool(self.token)),
            )
            if is_given
        ]
        if len(given) > 1:
            raise UsageError(f"{' and '.join(given)} cannot be combined")

    @classmethod
    def from_environment(
        cls,
        *,
        creds: str | None = None,
        no_creds: bool = False,
        registry_token: str = "",
        authfile: str | Path | None = None,
        tls_verify: bool | None = None,
        cert_dir: str | Path | None = None,
    ) -> Self:
        """Take what is not given from the environment: ``REGISTRY_AUTH_FILE``, ``CONTAINERS_REGISTRIES_CONF``.

        Raises:
            UsageError: options contradict each other, or are nothing of the kind.
        """
        named_authfile = authfile or os.environ.get("REGISTRY_AUTH_FILE")
        named_conf = os.environ.get("CONTAINERS_REGISTRIES_CONF")
        return cls(
            login=Login.parse(creds) if creds is not None else None,
            is_anonymous=no_creds,
            token=registry_token,
            authfile=Path(named_authfile) if named_authfile else None,
            tls_verify=tls_verify,
            cert_dir=Path(cert_dir) if cert_dir else None,
            registries_conf=Path(named_conf) if named_conf else None,
        )


def config_home() -> Path:
    """The folder of the user's own settings: ``$XDG_CONFIG_HOME``, else ``~/.config``."""
    named = os.environ.get("XDG_CONFIG_HOME")
    return Path(named) if named else Path.home() / ".config"
