"""The form of a URI.

Implements RFC 3986, section 3: one with a scheme, and no relative reference.
"""

import re

_CHARACTER = r"[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"
_PATH = rf"(?:{_CHARACTER}|[:@])"

_URI = rf"""[A-Za-z][A-Za-z0-9+.-]*+:  # scheme
    (?: //(?:(?:{_CHARACTER}|:)*@)?  # user information
        (?:\[[0-9A-Za-z:._~!$&'()*+,;=-]++\]|(?:{_CHARACTER})*+)  # host
        (?::[0-9]*+)?(?:/{_PATH}*+)*+
      | /?(?:{_PATH}++(?:/{_PATH}*+)*+)?
    )
    (?:\?(?:{_PATH}|[/?])*+)?(?:\#(?:{_PATH}|[/?])*+)?"""


def is_uri(text: str) -> bool:
    """True if a text is a URI."""
    return re.fullmatch(_URI, text, re.VERBOSE) is not None  # compiled when it is first needed
