"""A Kubernetes API server with one namespace, real in its paths, verbs and rights, and in what a change leaves."""

import asyncio
import copy
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

LOOKER: Final = "looker-token-0123456789"
FIXER: Final = "fixer-token-0123456789"
TAKER: Final = "taker-token-0123456789"
SHORT: Final = "short-token-0123456789"
NAMESPACE: Final = "shop"

_LOOKS: Final = ["get", "list", "watch"]
_APPS: Final = ["deployments", "replicasets", "statefulsets", "daemonsets"]
_ITSELF: Final = {
    "verbs": ["create"],
    "apiGroups": ["authorization.k8s.io"],
    "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
}
_READS: Final[list[dict[str, Any]]] = [
    _ITSELF,
    {"verbs": _LOOKS, "apiGroups": [""], "resources": ["pods", "pods/log", "events", "nodes", "services"]},
    {"verbs": _LOOKS, "apiGroups": ["apps"], "resources": _APPS},
    {"verbs": ["get", "list"], "apiGroups": ["metrics.k8s.io"], "resources": ["pods", "nodes"]},
]
RIGHTS: Final[dict[str, list[dict[str, Any]]]] = {
    LOOKER: _READS,
    FIXER: [
        _ITSELF,
        {"verbs": ["get", "list", "patch"], "apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"]},
    ],
    TAKER: [_ITSELF, {"verbs": ["create"], "apiGroups": [""], "resources": ["serviceaccounts/token"]}],
    SHORT: [_ITSELF, {"verbs": ["get", "patch"], "apiGroups": ["apps"], "resources": ["deployments/scale"]}],
    "admin": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
    "execs": [*_READS, {"verbs": ["get"], "apiGroups": [""], "resources": ["pods/exec"]}],
    "anywhere": [*_READS, {"verbs": ["get"], "apiGroups": ["*"], "resources": ["*/exec"]}],
    "spies": [*_READS, {"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}],
    "deletes": [*_READS, {"verbs": ["delete"], "apiGroups": [""], "resources": ["pods"]}],
    "unlisted": _READS,
    "liar": _READS,
}
"""Each token → what its service account may do. *unlisted* has an authorizer that cannot list its rights, and what
*liar* may do is not what the cluster says."""


def _container(image: str) -> dict[str, Any]:
    return {"name": "web", "image": image, "env": [{"name": "DATABASE_URL", "value": "hidden-value"}]}


def _revision(number: int, image: str) -> dict[str, Any]:
    labels = {"app": "web", "pod-template-hash": f"h{number}"}
    return {
        "metadata": {
            "name": f"web-h{number}",
            "labels": labels,
            "annotations": {"deployment.kubernetes.io/revision": str(number)},
            "ownerReferences": [{"uid": "u-web"}],
        },
        "spec": {"template": {"metadata": {"labels": labels}, "spec": {"containers": [_container(image)]}}},
    }


class FakeCluster:
    """The state and the server: one deployment, under each of its names.

    ``fault`` makes it hang, drop, flood, or answer what is no JSON.
    """

    def __init__(self, names: tuple[str, ...] = ("web",)) -> None:
        self._names = names
        self.fault = ""
        self.admission = ""
        """Why an admission webhook denies every change; empty while it denies none."""
        self.measured = "250m"
        self.taken: list[Any] = []
        """What was asked for each token of a service account that was taken."""
        self.asked: list[tuple[str, str]] = []
        self.deployment: dict[str, Any] = {
            "kind": "Deployment",
            "metadata": {
                "name": "web",
                "uid": "u-web",
                "generation": 2,
                "managedFields": ["noise"],
                "annotations": {"deployment.kubernetes.io/revision": "2"},
            },
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [_container("shop:2")]},
                },
            },
            "status": {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
        }
        self.revisions = [_revision(1, "shop:1"), _revision(2, "shop:2")]
        self.pods = [self._pod(name) for name in ("web-h2-a", "web-h2-b")]
        self.logs = {"web-h2-a": b"started\nERROR no database\n", "web-h2-b": b"started\ntoken=abcdefgh1234\n"}
        self.events = [
            self._event("Normal", "Scheduled", "web-h2-a", "2026-01-21T02:00:00Z"),
            self._event("Warning", "BackOff", "web-h2-b", "2026-01-21T02:58:00Z"),
        ]
        self.hangs = asyncio.Event()
        """Set once somebody waits for an answer that does not come."""
        self._stopping = asyncio.Event()
        self._server: TestServer | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    async def start(self) -> None:
        """Listen on a free loopback port."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(application)
        await self._server.start_server()

    async def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._server is not None:
            await self._server.close()

    def _pod(self, name: str) -> dict[str, Any]:
        return {
            "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": "web", "age": "ba"[name.endswith("b")]}},
            "spec": {"containers": [_container("shop:2")]},
            "status": {"phase": "Running"},
        }

    def _event(self, kind: str, reason: str, pod: str, at: str) -> dict[str, Any]:
        about = {"kind": "Pod", "name": pod}
        return {"type": kind, "reason": reason, "involvedObject": about, "message": "because", "lastTimestamp": at}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((request.method, request.path))
        if token not in RIGHTS:
            return _status(401, "Unauthorized")
        if request.path == "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" and request.method == "POST":
            return self._rules(token)
        if self.fault and "muster-canary" not in request.path:
            return await self._faulty(request)
        group, resource, name = _parsed(request.path)
        if not _may(token, request.method, group, resource, bool(name)):
            return _status(403, f'{resource} "{name}" is forbidden')
        return await self._route(request, resource, name)

    def _rules(self, token: str) -> web.Response:
        status = {
            "resourceRules": RIGHTS[token],
            "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}],
        }
        return web.json_response({"status": {**status, "incomplete": token == "unlisted"}}, status=201)

    async def _faulty(self, request: web.Request) -> web.StreamResponse:
        match self.fault:
            case "hangs":
                self.hangs.set()
                await self._stopping.wait()
            case "drops" if request.transport is not None:
                request.transport.abort()
            case "overloaded":
                return _status(503, "etcd is away")
            case "redirects":
                raise web.HTTPFound("http://example.invalid/")
            case "floods":
                return web.Response(body=b"[" + b"1," * (3 << 20))
        return web.Response(body=b"\0\xff" * 500)

    async def _route(self, request: web.Request, resource: str, name: str) -> web.StreamResponse:
        if request.path.startswith("/apis/metrics.k8s.io"):
            return web.json_response(
                {"items": [_measured("web-h2-a", self.measured, "64Mi"), _measured("web-h2-b", "1", "1Gi")]}
            )
        match request.method, resource:
            case "GET", "deployments":
                return _shown(request, [_named(self.deployment, each) for each in self._names], name)
            case "GET", "replicasets":
                return _shown(request, self.revisions, name)
            case "GET", "pods":
                return _shown(request, self.pods, name)
            case "GET", "events":
                about = request.query.get("fieldSelector", "").partition("=")[2]
                return _shown(
                    request, [e for e in self.events if not about or e["involvedObject"]["name"] == about], name
                )
            case "GET", "pods/log":
                lines = self.logs[name].splitlines(keepends=True)
                return web.Response(body=b"".join(lines[-int(request.query.get("tailLines", "1000")) :]))
            case "POST", "serviceaccounts/token" if name == "changes":
                self.taken.append(await request.json())
                return web.json_response({"kind": "TokenRequest", "status": {"token": SHORT}}, status=201)
            case "PATCH", "deployments" | "deployments/scale" if name in self._names:
                return self._patched(await request.json(), request.content_type, dry="dryRun" in request.query)
        return _status(404, f"{resource} not found")

    def _patched(self, body: Any, kind: str, *, dry: bool) -> web.Response:
        if dry and self.admission == "no dry run":
            return _status(400, 'admission webhook "policy" does not support dry run')
        if self.admission and self.admission != "no dry run":
            return _status(403, f'admission webhook "policy" denied the request: {self.admission}')
        before = copy.deepcopy(self.deployment)
        if kind == "application/json-patch+json":
            self.deployment["spec"]["template"] = body[0]["value"]
        else:
            _merge(self.deployment, body)
        if dry:
            self.deployment = before
        elif before != self.deployment:
            self.deployment["metadata"]["generation"] += 1
        return web.json_response(self.deployment)


def _named(deployment: dict[str, Any], name: str) -> dict[str, Any]:
    return {**deployment, "metadata": {**deployment["metadata"], "name": name}}


def _merge(into: dict[str, Any], patch: Mapping[str, Any]) -> None:
    for key, value in patch.items():
        if isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = value


def _parsed(path: str) -> tuple[str, str, str]:
    """API group, resource with its part (``pods/log``), and the object's name."""
    words = path.strip("/").split("/")
    group, words = ("", words[2:]) if words[0] == "api" else (words[1], words[3:])
    if words[:1] == ["namespaces"] and len(words) > 2:
        words = words[2:]
    resource, name, part = [*words, "", "", ""][:3]
    return group, f"{resource}/{part}" if part else resource, name


def _may(token: str, method: str, group: str, resource: str, named: bool) -> bool:
    verb = {"GET": "get" if named else "list", "PATCH": "patch", "DELETE": "delete", "POST": "create"}[method]
    if token == "liar" and verb == "delete":
        return True
    return any(
        {verb, "*"} & set(rule["verbs"])
        and {group, "*"} & set(rule["apiGroups"])
        and {resource, "*"} & set(rule["resources"])
        for rule in RIGHTS[token]
    )


def _measured(name: str, cpu: str, memory: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "containers": [{"usage": {"cpu": cpu, "memory": memory}}]}


def _shown(request: web.Request, items: list[dict[str, Any]], name: str) -> web.Response:
    found = [each for each in items if not name or each["metadata"]["name"] == name]
    if name and not found:
        return _status(404, f'"{name}" not found')
    if "as=Table" not in request.headers.get("Accept", ""):
        return web.json_response(found[0] if name else {"kind": "List", "metadata": {}, "items": found})
    columns = [{"name": "Name", "priority": 0}, {"name": "Status", "priority": 0}, {"name": "Images", "priority": 1}]
    rows = [
        {"cells": [each["metadata"]["name"], "Running", "shop:2"], "object": {"metadata": each["metadata"]}}
        for each in found
    ]
    return web.json_response({"kind": "Table", "metadata": {}, "columnDefinitions": columns, "rows": rows})


def _status(code: int, message: str) -> web.Response:
    body = {"kind": "Status", "status": "Failure", "code": code, "message": message}
    return web.Response(status=code, body=json.dumps(body), content_type="application/json")
