"""The kind and the size of a key, in the words that people use: ``RSA, 2048 bits``, ``ECDSA P-256``, ``Ed25519``.

Implements RFC 5280, section 4.1.2.7 (SubjectPublicKeyInfo), and the identifiers of RFC 3279, 5480, 8410 and 9881.
"""

from itertools import islice

from ocitui.spec.der import INTEGER, OBJECT_IDENTIFIER, SEQUENCE, Value, read_value

RSA, DSA, EC = "1.2.840.113549.1.1.1", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
CURVES = {
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.33": "P-224",
    "1.3.132.0.10": "secp256k1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}
_NAMES = {
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.113549.1.3.1": "Diffie-Hellman",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}


def public_key_words(info: Value) -> str:
    """Return the kind of a SubjectPublicKeyInfo, or raise `DocumentError`."""
    algorithm, bits = pair(info)
    kind, parameters = algorithm_of(algorithm)
    if kind == RSA and bits is not None and bits.content:
        modulus = next(read_value(bits.content[1:]).each(), None)
        return f"RSA, {size_of(modulus)}"
    return key_words(kind, parameters)


def key_words(kind: str, parameters: Value | None) -> str:
    """Return the kind of a key by its algorithm; of RSA its numbers say the size."""
    if kind == EC:
        oid = parameters.oid if parameters is not None and parameters.tag == OBJECT_IDENTIFIER else ""
        return f"ECDSA {CURVES.get(oid, oid or 'of a curve of its own')}"
    if kind == DSA:
        first = next(parameters.each(), None) if parameters is not None and parameters.tag == SEQUENCE else None
        return f"DSA, {size_of(first)}"
    return "RSA" if kind == RSA else _NAMES.get(kind, kind or "unknown")


def algorithm_of(value: Value | None) -> tuple[str, Value | None]:
    """Return the identifier and the parameters of an AlgorithmIdentifier."""
    oid, parameters = pair(value)
    return (oid.oid if oid is not None else ""), parameters


def pair(value: Value | None) -> tuple[Value | None, Value | None]:
    """Return the first two values in a sequence; None for what is missing."""
    parts = [*islice(value.each(), 2)] if value is not None and value.tag == SEQUENCE else []
    first, second, *_ = [*parts, None, None]
    return first, second


def size_of(number: Value | None) -> str:
    """Return the size of a number: ``2048 bits``."""
    if number is None or number.tag != INTEGER:
        return "of unknown size"
    return f"{int.from_bytes(number.content).bit_length()} bits"
