"""GitHub's REST API as it is documented, for one repository: runs that go on, pull requests that are merged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

LOOKER: Final = "github-look-token"
FIXER: Final = "github-fix-token"
CLASSIC: Final = "github-classic-token"
SHORT: Final = "github-short-token"
INSTALLATION: Final = "42"
WRITERS: Final = frozenset({FIXER, CLASSIC})
REPOSITORY: Final = "acme/studio"
VARIABLES: Final = {"GITHUB_LOOK": LOOKER, "GITHUB_CHANGE": FIXER}


@asynccontextmanager
async def running_github() -> AsyncIterator["FakeGithub"]:
    """The repository, and its end."""
    made = FakeGithub()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


class FakeGithub:
    """The state and the server. ``ends_as`` is how a run ends, ``steps`` how often it is looked at until then.

    ``wrong`` is what it answers everything with, as a success, when it is set; ``owner`` what a token's owner may do.
    """

    def __init__(self) -> None:
        self.ends_as = "success"
        self.steps = 2
        self.fault = ""
        self.wrong = b""
        self.asked: list[tuple[str, str]] = []
        self.runs: dict[int, dict[str, Any]] = {7: _run(7, "failure")}
        self.pulls: dict[int, dict[str, Any]] = {11: _pull(11, "open"), 12: _pull(12, "merged")}
        self.inputs: dict[str, str] = {}
        self.owner: dict[str, bool] = {}
        self.given: list[tuple[str, str, Any]] = []
        """Of each token that an App took: its installation, what proved it to be the App, and what it asked for."""
        self.valid: set[str] = set()
        self._left: dict[int, int] = {}
        self._server: TestServer | None = None

    @property
    def url(self) -> str:
        """Where the API is."""
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    def target(self, environment: str) -> dict[str, object]:
        """It as a target of muster.yaml; ``VARIABLES`` holds its tokens."""
        look, change = VARIABLES
        return {
            "kind": "github",
            "environment": environment,
            "repository": REPOSITORY,
            "base_url": self.url,
            "diagnostic_token_env": look,
            "remediation_token_env": change,
        }

    async def start(self) -> None:
        """Listen on a free loopback port."""
        application = web.Application()
        application.router.add_route("*", "/graphql", self._graphql)
        application.router.add_route("POST", "/app/installations/{installation}/access_tokens", self._give)
        application.router.add_route("DELETE", "/installation/token", self._take_back)
        application.router.add_route("*", f"/repos/{REPOSITORY}{{path:.*}}", self._answer)
        self._server = TestServer(application)
        await self._server.start_server()

    async def stop(self) -> None:
        """End it."""
        assert self._server is not None
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in (LOOKER, *WRITERS, *self.valid):
            return _said(401, "Bad credentials")
        if self.fault == "limited":
            return web.json_response({"message": "API rate limit exceeded"}, status=403, headers=_SPENT)
        if self.fault == "down":
            return _said(503, "Unicorn!")
        if request.method != "GET" and token not in {*WRITERS, *self.valid}:
            return _said(403, "Resource not accessible by personal access token")
        if self.wrong:
            return web.Response(body=self.wrong)
        path = request.match_info["path"].strip("/").split("/")
        response = await self._routed(request, path)
        response.headers["X-OAuth-Scopes"] = "repo, read:org" if token == CLASSIC else ""
        return response

    async def _routed(self, request: web.Request, path: list[str]) -> web.StreamResponse:
        match request.method, *path:
            case "GET", "":
                owner = {"permissions": self.owner} if self.owner else {}
                return web.json_response({"full_name": REPOSITORY, "default_branch": "main", **owner})
            case "GET", "pulls":
                return web.json_response([each for each in self.pulls.values() if each["state"] == "open"])
            case "GET", "commits", _, "check-runs":
                return _listed("check_runs", [_job("build", "success"), _job("lint", "failure")])
            case _, "actions", "runs", number, *rest if int(number) in self.runs:
                return self._of_run(request.method, int(number), rest)
            case _, "pulls", number, *rest if int(number) in self.pulls:
                return await self._of_pull(request, int(number), rest)
            case _, "actions", *rest:
                return await self._of_actions(request, rest)
        return _said(404, "Not Found")

    async def _of_actions(self, request: web.Request, path: list[str]) -> web.StreamResponse:
        match request.method, *path:
            case "GET", "runs":
                return _listed("workflow_runs", list(self.runs.values()))
            case "GET", "workflows":
                return _listed("workflows", [_WORKFLOW])
            case "GET", "workflows", "app.yml":
                return web.json_response(_WORKFLOW)
            case "GET", "workflows", "app.yml", "runs":
                return _listed("workflow_runs", list(self.runs.values()))
            case "POST", "workflows", "app.yml", "dispatches":
                body = await request.json()
                self.inputs = body["inputs"]
                self.runs = {8: _run(8, None, body["ref"]), **self.runs}
                self._left[8] = self.steps
                return web.Response(status=204)
        return _said(404, "Not Found")

    def _of_run(self, method: str, number: int, rest: list[str]) -> web.StreamResponse:
        run = self.runs[number]
        match method, *rest:
            case "GET", "jobs" if self.fault == "hides jobs":
                return _said(403, "Resource not accessible by personal access token")
            case "GET", "jobs":
                job = _job("deploy", run["conclusion"])
                return _listed("jobs", [job])
            case "GET", *_:
                self._go_on(number, run)
                return web.json_response(run)
            case "POST", "cancel":
                run |= {"status": "completed", "conclusion": "cancelled"}
                return web.json_response({}, status=202)
            case "POST", "rerun" | "rerun-failed-jobs":
                run |= {"status": "queued", "conclusion": None}
                self._left[number] = self.steps
                return web.json_response({}, status=201)
        return _said(404, "Not Found")

    def _go_on(self, number: int, run: dict[str, Any]) -> None:
        if number not in self._left:
            return
        self._left[number] -= 1
        run["status"] = "in_progress"
        if self._left[number] <= 0:
            del self._left[number]
            run |= {"status": "completed", "conclusion": self.ends_as}

    async def _of_pull(self, request: web.Request, number: int, rest: list[str]) -> web.StreamResponse:
        pull = self.pulls[number]
        if request.method == "GET":
            return web.json_response(pull)
        body = await request.json()
        if rest != ["merge"] or pull["state"] != "open":
            return _said(405, "Pull Request is not mergeable")
        if body["sha"] != pull["head"]["sha"]:
            return _said(409, "Head branch was modified. Review and try the merge again.")
        pull |= {"state": "closed", "merged_at": "2026-01-21T03:00:00Z"}
        return web.json_response({"sha": "c0ffee" * 6 + "c0ff", "merged": True})

    async def _give(self, request: web.Request) -> web.Response:
        proof = request.headers["Authorization"].removeprefix("Bearer ")
        self.given.append((request.match_info["installation"], proof, await request.json()))
        if request.match_info["installation"] != INSTALLATION:
            return _said(404, "Not Found")
        self.valid.add(SHORT)
        return web.json_response({"token": SHORT, "expires_at": "2026-01-21T04:00:00Z"}, status=201)

    async def _take_back(self, request: web.Request) -> web.Response:
        self.valid.discard(request.headers["Authorization"].removeprefix("Bearer "))
        return web.Response(status=204)

    async def _graphql(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path))
        body = await request.json()
        number = next((n for n, each in self.pulls.items() if each["node_id"] == body["variables"]["id"]), None)
        if number is None or "revertPullRequest" not in body["query"]:
            return web.json_response({"data": None, "errors": [{"message": "Could not resolve to a node."}]})
        self.pulls[13] = _pull(13, "open") | {"title": f"Revert #{number}"}
        made = {"number": 13, "url": f"https://github.example/{REPOSITORY}/pull/13"}
        return web.json_response({"data": {"revertPullRequest": {"revertPullRequest": made}}})


_SPENT: Final = {"x-ratelimit-remaining": "0"}
_WORKFLOW: Final = {"id": 1, "name": "Deploy", "state": "active", "path": ".github/workflows/app.yml"}


def _run(number: int, conclusion: str | None, branch: str = "main") -> dict[str, Any]:
    return {
        "id": number,
        "name": "Deploy",
        "display_title": f"Release {number}",
        "head_branch": branch,
        "status": "completed" if conclusion else "queued",
        "conclusion": conclusion,
        "created_at": "2026-01-21T02:30:00Z",
        "html_url": f"https://github.example/{REPOSITORY}/actions/runs/{number}",
    }


def _job(name: str, conclusion: str | None) -> dict[str, Any]:
    step = {"name": "Push image", "status": "completed", "conclusion": conclusion}
    return {
        "name": name,
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "steps": [step],
    }


def _pull(number: int, state: str) -> dict[str, Any]:
    return {
        "number": number,
        "node_id": f"PR_{number}",
        "title": f"Change {number}",
        "state": "open" if state == "open" else "closed",
        "merged_at": None if state == "open" else "2026-01-20T03:00:00Z",
        "head": {"ref": f"branch-{number}", "sha": f"{number:040d}"},
        "base": {"ref": "main"},
        "user": {"login": "ana"},
        "changed_files": 3,
        "commits": 2,
        "mergeable_state": "clean",
    }


def _listed(key: str, items: list[dict[str, Any]]) -> web.Response:
    return web.json_response({"total_count": len(items), key: items})


def _said(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)
