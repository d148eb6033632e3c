"""A secret that is named and not written: `$API_TOKEN`, `${API_TOKEN}`, `{{api_token}}` or `<api-token>`.

In a credential's place such a name becomes the reference to a bound secret, which only the executor resolves. One
written out is refused, since a runbook, a plan and a card are all kept.
"""

import re

_REFERENCE = r"(?:\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\{\{\s*[A-Za-z_][\w.-]*\s*\}\}|<[A-Za-z_][\w .-]*>)"
_WHOLE = re.compile(_REFERENCE)
_SCHEME = re.compile(r"(?:bearer|token token(?==)|token|basic|apikey|api-key|key)[ =:]\s*", re.IGNORECASE)

_CREDENTIAL_NEXT = re.compile(
    r"""
    (?: \bredis-cli\b[^|;&]*\s(?:-a|--pass)\s+["']?
      | \bcurl\b[^|;&]*\s(?:-u\s*|--user[ =])["']?(?:[\w.$\{\}-]+:)?
      | \bcurl\b[^|;&]*\s--oauth2-bearer[ =]["']?
      | [?&][\w-]*(?:key|password|secret|token)=
      | \b(?:Authorization|[\w-]*-(?:Key|Token))\s*:\s*(?:[A-Za-z]+\s+)?
    )$
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""The end of a command line after which a credential is written."""


def is_credential_next(before: str) -> bool:
    """Whether the command line, as far as it is given, goes on with a credential: a variable there is one."""
    return bool(_CREDENTIAL_NEXT.search(before))


def is_reference(text: str) -> bool:
    """Whether the text is one name of a secret and nothing more."""
    return bool(_WHOLE.fullmatch(text))


def is_referenced_credential(value: str) -> bool:
    """Whether a credential is given by name: `Bearer $TOKEN`, or `name:$PASSWORD` with the name written out."""
    scheme = _SCHEME.match(value)
    credential = value[scheme.end() :] if scheme else value
    name, colon, secret = credential.partition(":")
    return is_reference(credential) or (bool(colon) and is_reference(secret) and " " not in name)
