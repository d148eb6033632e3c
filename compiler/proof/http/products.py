"""Pages of well-known servers that show secrets under other names: a gateway's keys, a broker's parameters."""

from collections.abc import Iterator, Sequence

from compiler.proof.word_list import word_list

Pairs = Sequence[tuple[str, str]]

_KEPT_BY_VAULT = "what Vault keeps is secret: only /v1/sys is looked at"
_VARIABLES = "the variables of a job often hold secrets"
_FILES = "a file of a job may hold its secrets"
_SETTINGS = "the settings hold the passwords of what it works with: ask for its status"
_HASHES = "its users come with their password hashes"
_PROPERTIES = "the properties of the process hold its secrets: name one figure"
_PAGES = (
    ("v1 var", _VARIABLES),
    ("v1 client fs cat", _FILES),
    ("v1 client fs readat", _FILES),
    ("v1 client fs stream", _FILES),
    ("api parameters", "a broker's parameters hold the passwords of other brokers"),
    ("apisix admin ssl", "a gateway's certificates come with their keys"),
    ("apisix admin ssls", "a gateway's certificates come with their keys"),
    ("apisix admin consumers", "a gateway's users come with their keys"),
    ("api rawdata", _HASHES),
    ("api http middlewares", _HASHES),
)
"""Beginnings of paths, and why nothing behind them is shown."""
_ENDS = (
    ("application settings", "the settings of the whole server hold its tokens"),
    ("actuator trace", "recorded requests hold credentials"),
    ("management trace", "recorded requests hold credentials"),
)
_OF_KONG = word_list("certificates keys key-sets plugins vaults")
_OF_A_JOB = word_list("versions submission")
_PLAIN_FACTS = word_list("uptime starttime vmname vmversion vmvendor specversion")
_SETTING_PAGES = word_list(
    "appsettings.json application.yml application.yaml database.yml info.php server-info settings.py web.config"
    " wp-config.php"
)
_PORTS = {"vault": (8200,), "nomad": (4646,), "kong": (8001, 8444), "airflow": ()}


def secrets_of_products(
    host: str, port: int | None, parts: Sequence[str], query: Pairs, headers: Pairs
) -> Iterator[str]:
    """Why the page of a known server is not shown; `parts` and `query` are decoded."""
    lowered = [part.lower() for part in parts]
    if not lowered:
        return
    path = f"{' '.join(lowered)} "
    yield from (reason for beginning, reason in _PAGES if path.startswith(f"{beginning} "))
    yield from (reason for end, reason in _ENDS if path.endswith(f"{end} "))
    if lowered == ["trace"]:
        yield "recorded requests hold credentials"
    if lowered[-1] in _SETTING_PAGES:
        yield f"{lowered[-1]} shows settings, secrets among them"
    yield from _of_containers(lowered)
    yield from _of_connectors(lowered, query)
    yield from _of_processes(lowered, query)
    yield from _of_named_servers(host.lower(), port, lowered, headers)


def _of_named_servers(host: str, port: int | None, parts: Sequence[str], headers: Pairs) -> Iterator[str]:
    """Pages that tell nothing by their path: the server's name or port says whose they are."""
    asked = {name for name, ports in _PORTS.items() if port in ports or host.partition(".")[0].startswith(name)}
    if any(name.lower() == "x-vault-token" for name, _ in headers):
        asked.add("vault")
    if "vault" in asked and parts[0] == "v1" and list(parts[1:2]) != ["sys"]:
        yield _KEPT_BY_VAULT
    if "nomad" in asked and list(parts[:2]) == ["v1", "job"] and (not parts[3:] or parts[-1] in _OF_A_JOB):
        yield "what a job is made of holds its environment: ask for its summary or its allocations"
    if "kong" in asked and parts[-1] in _OF_KONG:
        yield f"a gateway's {parts[-1]} come with their keys"
    if "airflow" in asked and "connections" in parts:
        yield "a connection comes with the credentials of the other side"


def _of_containers(parts: Sequence[str]) -> Iterator[str]:
    if list(parts[-3:-2]) == ["containers"] and parts[-1] == "json":
        yield "what a container was started with holds its environment"
    if "leaf" in parts and parts[parts.index("leaf") - 1] == "ca":
        yield "the certificate of a service comes with its key"
    if {"v4", "projects", "triggers"} <= set(parts):
        yield "a trigger is shown with its token"


def _of_connectors(parts: Sequence[str], query: Pairs) -> Iterator[str]:
    """Kafka Connect: a connector's configuration, under its other names."""
    if parts[-1] == "connectors" and any(key == "expand" and value != "status" for key, value in query):
        yield f"/{parts[-1]}: {_SETTINGS}"
    if list(parts[-3:-2]) == ["connectors"] and parts[-1] in ("tasks", "tasks-config"):
        yield f"/{parts[-1]}: {_SETTINGS}"


def _of_processes(parts: Sequence[str], query: Pairs) -> Iterator[str]:
    """What Java's management beans tell: figures one by one, and never all at once, nor what the process was given."""
    if "jolokia" in parts:
        if any(key == "p" for key, _ in query):
            yield "the parameter p asks for something else than the path says"
        if "read" in parts:
            bean = parts[parts.index("read") + 1 :]
            yield from _bean(bean[0] if bean else "*", bean[1] if len(bean) > 1 else "")
    if parts[-1] in ("jmx", "jmxproxy"):
        asked = [(key, value.lower()) for key, value in query if key in ("qry", "get")]
        attribute = next((value.lower() for key, value in query if key == "att"), "")
        for _, value in asked or [("qry", "*")]:
            bean, _, member = value.partition("::")
            yield from _bean(bean, member or attribute)


def _bean(name: str, attribute: str) -> Iterator[str]:
    if name.startswith(("*", "java.lang:*", "java.lang:type=*")) or (
        "type=runtime" in name and attribute not in _PLAIN_FACTS
    ):
        yield _PROPERTIES
