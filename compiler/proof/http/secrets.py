"""What a request would show or give away: secret pages, credentials written out, and words that change its meaning."""

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from compiler.proof.host_paths import is_secret_file
from compiler.proof.http.address import objection_to_host
from compiler.proof.http.words import (
    CODE_PARTS,
    METHOD_OVERRIDES,
    REFUSED_ENDINGS,
    REFUSED_LAST_PARTS,
    REFUSED_PARTS,
    REFUSED_PROFILES,
)
from compiler.proof.references import is_reference, is_referenced_credential
from compiler.proof.secret_names import names_a_secret, words_of
from compiler.proof.word_list import word_list

_CREDENTIAL_HEADERS = word_list(
    "authorization x-api-key x-auth-token api-key apikey private-token x-access-token dd-application-key"
)
_REFUSED_HEADERS = {
    "host": "it sends the request to another site than the URL names",
    "cookie": "a session cookie is a credential, and none is kept",
    "content-length": "the executor sets it",
    "transfer-encoding": "the executor sets it",
    "connection": "the executor sets it",
    "upgrade": "it turns the request into a stream",
    "expect": "the executor sets it",
    "metadata-flavor": "it is what a cloud's metadata service asks for",
    "metadata": "it is what a cloud's metadata service asks for",
    "x-aws-ec2-metadata-token": "it is what a cloud's metadata service asks for",
    "x-aws-ec2-metadata-token-ttl-seconds": "it is what a cloud's metadata service asks for",
}
_CREDENTIAL_PARAMETERS = word_list("auth sig signature")
_DUMPS = word_list("dump dumps")
_MEMORY = word_list("heap core memory mem process")
_PROXIED = word_list("pods nodes services")
_TOKEN_OWNERS = word_list("access acl api auth oauth oauth2 users")
_RABBITMQ = 15_672
_FORWARDING = ("x-forwarded-", "forwarded", "x-original-", "x-rewrite-", "x-real-ip", "x-client-ip", "proxy-", "via")


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """The parameters of a query or form, decoded, their names in lower case."""
    for pair in re.split(r"[&;]", query):
        key, _, value = pair.partition("=")
        if pair:
            yield unquote(key.replace("+", " ")).strip().lower(), unquote(value.replace("+", " "))


def refused_headers(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Why each header that may not be sent may not: it redirects the request, or writes a credential out."""
    for name, value in headers:
        key = name.lower()
        if not re.fullmatch(r"[a-z0-9-]+", key) or not value.isprintable() or not value.isascii():
            yield f"the header {name!r} is not plain text"
        elif key in _REFUSED_HEADERS:
            yield f"the header {name} is not sent: {_REFUSED_HEADERS[key]}"
        elif key in METHOD_OVERRIDES or key.startswith(_FORWARDING):
            yield f"the header {name} makes the server see another request than this one"
        elif is_credential_header(key) and not is_referenced_credential(value):
            yield f"the header {name} holds a credential: name a secret instead, such as $API_TOKEN"


def is_credential_header(key: str) -> bool:
    """Whether a header, its name in lower case, carries a credential."""
    return key in _CREDENTIAL_HEADERS or names_a_secret(key)


def refused_query(query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Why each query parameter that may not be sent may not; keys are lower case, values decoded."""
    for key, value in query:
        if key in METHOD_OVERRIDES:
            yield f"the parameter {key} makes the server see another method than this one"
        elif key.startswith("stream."):
            yield f"the parameter {key} hands the server a file or an address to read"
        elif key in _CREDENTIAL_PARAMETERS or key.startswith("x-amz-"):
            yield f"the parameter {key} shows or holds a credential"
        elif value and names_a_secret(key) and not is_reference(value):
            yield f"the parameter {key} holds a credential: name a secret instead, such as $API_TOKEN"


def urls_in_query(query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Why the server may not be sent to an address that a parameter names."""
    for _, value in query:
        if address := re.match(r"(?i)https?://(\[[^\]]*\]|[^/:?#]*)", value):
            yield from filter(None, (objection_to_host(address[1]),))


def waiting_profiles(parts: Sequence[str], query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A profile that the server takes for as many seconds as the query says."""
    if not {"pprof", "fgprof"}.isdisjoint(parts) and any(key == "seconds" for key, _ in query):
        yield "it takes a profile for as long as it says"


def code_in_path(parts: Sequence[str]) -> Iterator[str]:
    """Parts of a path behind which code or a shell runs, whatever the method."""
    return (f"/{part}: {CODE_PARTS[part]}" for part in _stems(parts) if part in CODE_PARTS)


def credentials_in_path(host: str, parts: Sequence[str]) -> Iterator[str]:
    """The address of an incoming webhook or of a bot: whoever has read it can post there."""
    hook = host.lower().startswith("hooks.") or "webhooks" in parts
    if hook and any(re.fullmatch(r"(?=.*[A-Z])(?=.*[a-z0-9])[\w-]{16,}", part) for part in parts):
        yield "the path holds a webhook's secret: name a secret instead"
    elif any(re.fullmatch(r"bot\d+:[\w-]+", part) for part in parts):
        yield "the path holds a bot's token: name a secret instead"


def secrets_in_path(parts: Sequence[str], port: int | None) -> Iterator[str]:
    """Why a GET of this path would show a secret, or cost the server too much; `parts` are decoded."""
    stems = _stems(parts)
    for part in stems:
        if reason := REFUSED_PARTS.get(part.replace("-", "").replace("_", "")):
            yield f"/{part}: {reason}"
        elif not _DUMPS.isdisjoint(words := words_of(part)) and not _MEMORY.isdisjoint(words):
            yield f"/{part}: a dump holds the process's secrets"
        elif part.startswith(".") and part != ".well-known":
            yield f"/{part} is a hidden file"
        elif names_a_secret(part):
            yield f"/{part} is named as a secret, and the answer would be shown"
    if stems:
        yield from _secret_pages(stems, port)
        yield from _pages_of_people(stems)
    if parts and (parts[-1].lower().endswith(REFUSED_ENDINGS) or is_secret_file(parts[-1].lower())):
        yield f"/{parts[-1]} is a file of keys or data"


def _stems(parts: Sequence[str]) -> list[str]:
    """The parts in lower case without what follows a dot, so that `/env.json` is `/env`; `.env` stays."""
    return [part.lower() if part.startswith(".") else part.lower().partition(".")[0] for part in parts]


def _pages_of_people(stems: Sequence[str]) -> Iterator[str]:
    if "realms" in stems and "clients" in stems:
        yield "the clients of a realm come with their secrets"
    if stems[0] == "_users" or stems[-2:] == ["debug", "requests"]:
        yield f"/{stems[-1]} shows what people sent, or their password hashes"


def _secret_pages(stems: Sequence[str], port: int | None) -> Iterator[str]:
    if stems[:2] == ["v2", "keys"] or stems[1:3] == ["sys", "raw"]:
        yield "a key-value store's entries often hold secrets"
    if reason := REFUSED_LAST_PARTS.get(stems[-1].removeprefix("_")):
        yield f"/{stems[-1]}: {reason}"
    if stems[-1] == "fgprof" or ("pprof" in stems and stems[-1] in REFUSED_PROFILES):
        yield f"/{stems[-1]} takes long, or shows the process's memory"
    if stems[-2:-1] == ["connectors"] or stems[-2:] == ["admin", "settings"]:
        yield f"/{stems[-1]}: the settings hold the passwords of what it works with: ask for its status"
    if "actuator" in stems and stems[-1] == "sessions":
        yield "/sessions shows the sessions of people"
    if "proxy" in stems and not _PROXIED.isdisjoint(stems):
        yield "a proxied GET reaches whatever listens in the cluster"
    if "tokens" in stems and not _TOKEN_OWNERS.isdisjoint(stems):
        yield "/tokens holds credentials"
    if port == _RABBITMQ and "users" in stems:
        yield "the broker's users come with their password hashes"


def written_secrets(body: str) -> Iterator[str]:
    """Credentials written out in a JSON or form body, as reasons."""
    for name, value in _body_fields(body):
        if names_a_secret(name) and value and not is_reference(value):
            yield f"the body's {name} is a credential: name a secret instead, such as $PASSWORD"


def _body_fields(body: str) -> Iterator[tuple[str, str]]:
    try:
        waiting: list[object] = [json.loads(body)]
    except (ValueError, RecursionError):
        yield from pairs(body)
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
            yield from ((name, item) for name, item in value.items() if isinstance(item, str))
