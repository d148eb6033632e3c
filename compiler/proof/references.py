"""A secret that is named and not written: `$API_TOKEN`, `${API_TOKEN}`, `{{api_token}}` or `<api-token>`.

In a credential's place such a name becomes the reference to a bound secret, which only the executor resolves. One
written out is refused, since a runbook, a plan and a card are all kept.
"""

import re

_REFERENCE = r"(?:\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\{\{\s*[A-Za-z_][\w.-]*\s*\}\}|<[A-Za-z_][\w .-]*>)"
_WHOLE = re.compile(_REFERENCE)
_SCHEME = re.compile(r"(?:bearer|token token(?==)|token|basic|apikey|api-key|key)[ =:]\s*", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Whether the text is one name of a secret and nothing more."""
    return bool(_WHOLE.fullmatch(text))


def is_referenced_credential(value: str) -> bool:
    """Whether a credential is given by name: `Bearer $TOKEN`, or `name:$PASSWORD` with the name written out."""
    scheme = _SCHEME.match(value)
    credential = value[scheme.end() :] if scheme else value
    name, colon, secret = credential.partition(":")
    return is_reference(credential) or (bool(colon) and is_reference(secret) and " " not in name)
