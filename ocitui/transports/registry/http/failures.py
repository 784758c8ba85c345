"""The errors of connections, in the words of this program."""

import ssl

from urllib3.exceptions import (
    ConnectTimeoutError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from ocitui.display import printable
from ocitui.transports.registry.errors import BrokenConnectionError, RefusedConnectionError, RegistryError
from ocitui.transports.registry.origin import Origin
from ocitui.transports.registry.patience import Patience

_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
"""OpenSSL's name for an answer that is none of TLS."""


def explain(error: Exception, origin: Origin, patience: Patience) -> RegistryError:
    """The same error in the words of this program."""
    at = f"{origin}: "
    if isinstance(error, ProxyError):
        return RegistryError(f"{at}the proxy does not connect to it: {_reason(error.original_error)}")
    if isinstance(error, SSLError | ssl.SSLError):
        return _explain_tls(error, at)
    if isinstance(error, NewConnectionError):
        cause = error.__cause__
        if isinstance(cause, ConnectionRefusedError):
            return RefusedConnectionError(f"{at}nothing answers there: {cause.strerror}")
        return BrokenConnectionError(f"{at}cannot be connected to: {_reason(cause or error)}")
    if isinstance(error, ConnectTimeoutError):
        return BrokenConnectionError(f"{at}cannot be connected to: no answer within {patience.connect:g} s")
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return BrokenConnectionError(f"{at}did not answer within {patience.answer:g} s")
    if isinstance(error, ValueError):  # whose text may hold a header that is nobody's business
        return RegistryError(f"{at}what is to be sent is no request of HTTP")
    return BrokenConnectionError(f"{at}the connection broke: {_reason(error)}")


def _explain_tls(error: SSLError | ssl.SSLError, at: str) -> RegistryError:
    found = error.args[0] if isinstance(error, SSLError) and error.args else error
    if isinstance(found, ssl.SSLCertVerificationError):
        why = printable(found.verify_message)
        return RegistryError(
            f"{at}its certificate is not trusted: {why} "
            "(`--cert-dir` names a folder with the CA, `--tls-verify=false` checks none)"
        )
    reason = found.reason if isinstance(found, ssl.SSLError) else ""
    if isinstance(found, ssl.SSLEOFError):
        return BrokenConnectionError(f"{at}the connection ended where TLS was expected")
    if reason in _NOT_TLS:
        return RegistryError(f"{at}the server does not speak TLS (`--tls-verify=false` allows plain HTTP)")
    return RegistryError(f"{at}no connection with TLS: {_reason(found)}")


def _reason(error: object) -> str:
    """The cause at the bottom of an error, on one line."""
    found = error
    while isinstance(found, BaseException):
        if isinstance(found, OSError) and found.strerror:
            return printable(found.strerror[:200])
        inner = found.__cause__ or found.__context__
        inner = inner or next((each for each in found.args if isinstance(each, BaseException)), None)
        if inner is None:
            break
        found = inner
    return printable(" ".join(str(found).split())[:200])
