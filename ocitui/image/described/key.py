"""A key, without what is secret in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """The kind of a key, whether it is private, and whether it is encrypted."""

    form: str
    """``PKCS #8``, ``OpenSSH``, …"""
    kind: str
    """``RSA, 2048 bits``; empty where that is encrypted too."""
    is_private: bool
    is_encrypted: bool | None = None
    """Of a private key."""
    fingerprint: str = ""
    """Of a key of SSH: ``SHA256:…``."""
    comment: str = ""
    before: str = ""
    """The options before a key that may log in, or the names of its host."""

    @property
    def what(self) -> str:
        """``public key``, ``private key`` or ``encrypted private key``."""
        if not self.is_private:
            return "public key"
        return "encrypted private key" if self.is_encrypted else "private key"
