"""Calls to PagerDuty through its own library, which is synchronous: in a few threads, each call made once.

The library by itself tries again for as long as it is refused, and sleeps meanwhile. Here a call that fails is an
Outage with the time that PagerDuty asks for, and the job's own queue brings it back.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.util import find_spec
from typing import Any, Final, TypeAlias

from commands.outage import Outage

AT_ONCE: Final = 4
CONNECT_AND_ANSWER: Final = 8.0
"""Seconds for each step of one call."""
WHOLE: Final = 20.0
"""Seconds after which a call is taken as lost, whatever its thread still waits for."""
LIMITED: Final = timedelta(seconds=10)
"""How long to wait when PagerDuty limits calls and does not say for how long."""
LONGEST: Final = timedelta(minutes=2)

_MENDING: Final[Mapping[int, str]] = {
    401: "it does not take the token: make a new API key and put it into pagerduty.token_env",
    402: "the account's plan does not include it",
    403: "the token may not do it: give it full access, not read-only",
    404: "there is no such thing: check the ids under pagerduty in muster.yaml",
}

# Any: what PagerDuty answers is JSON; each reader takes members that its documentation names.
Answer: TypeAlias = Mapping[str, Any]
Counted: TypeAlias = Callable[[str, str], None]
"""Takes what was called and how that went: answered, refused, limited, trouble or silent."""

log = logging.getLogger(__name__)


class No(Outage):
    """PagerDuty refused, with an HTTP ``status``."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence, retry=False)
        self.status = status


class Calls:
    """PagerDuty's REST API (v2) and Events API (v2). Raises Outage when the library for it is not installed."""

    def __init__(self, *, token: str, api_url: str, events_url: str, counted: Counted = lambda name, how: None) -> None:
        if find_spec("pagerduty") is None:
            raise Outage(
                "pagerduty is set, but the library for it is not installed: install Muster with its extra “pagerduty”.",
                retry=False,
            )
        self._token, self._api_url, self._events_url = token, api_url, events_url
        self._counted = counted
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="muster-pagerduty")
        self._rest: Any = None  # made in a thread, with the library that is imported there

    async def get(self, path: str, **query: str | Sequence[str]) -> Answer:
        """Read something. Raises Outage, and No when PagerDuty refuses."""
        return await self._call(f"GET {_shape(path)}", lambda: self._client().get(path, params=query))

    async def send(self, method: str, path: str, body: Mapping[str, object], *, by: str = "") -> Answer:
        """Change something in the name of the user with the address ``by``. Raises Outage, and No."""
        headers = {"From": by} if by else {}
        name = f"{method} {_shape(path)}"
        return await self._call(name, lambda: self._client().request(method, path, json=dict(body), headers=headers))

    async def event(self, routing_key: str, event: Mapping[str, object]) -> Answer:
        """Send an event to an integration. Raises Outage, and No."""
        return await self._call("POST /v2/enqueue", lambda: self._sent(routing_key, dict(event)))

    async def close(self) -> None:
        """Let what runs finish."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._rest is not None:
            self._rest.close()

    async def _call(self, name: str, ask: Callable[[], Any]) -> Answer:
        try:
            async with asyncio.timeout(WHOLE):
                response = await asyncio.get_running_loop().run_in_executor(self._threads, self._asked, name, ask)
        except TimeoutError:
            self._counted(name, "silent")
            raise Outage("PagerDuty did not answer", retry=True) from None
        return self._judged(name, response)

    def _asked(self, name: str, ask: Callable[[], Any]) -> Any:
        """In a thread: the response, whatever it says."""
        from pagerduty import Error

        try:
            return ask()
        except Error as error:
            if error.response is not None:
                return error.response
            log.warning("pagerduty gave no answer", extra={"call": name, "error": type(error.__cause__).__name__})
            self._counted(name, "silent")
            raise Outage("PagerDuty did not answer", retry=True) from None

    def _judged(self, name: str, response: Any) -> Answer:
        status = int(response.status_code)
        if response.is_success:
            self._counted(name, "answered")
            answer = _json(response)
            if answer is None:
                raise Outage("PagerDuty answered with something else than JSON", retry=True)
            return answer
        if status == 429:
            self._counted(name, "limited")
            raise Outage("PagerDuty limits how often it may be asked", retry=True, after=_reset(response.headers))
        log.warning("pagerduty said no", extra={"call": name, "status": status})
        if status >= 500 or status == 408:
            self._counted(name, "trouble")
            raise Outage("PagerDuty is in trouble", retry=True)
        self._counted(name, "refused")
        raise No(f"PagerDuty refused: {_MENDING.get(status) or _reason(response)}", status)

    def _client(self) -> Any:
        if self._rest is None:
            from pagerduty import RestApiV2Client

            self._rest = _patient(RestApiV2Client(self._token, base_url=self._api_url))
        return self._rest

    def _sent(self, routing_key: str, event: Mapping[str, object]) -> Any:
        from pagerduty import EventsApiV2Client

        with _patient(EventsApiV2Client(routing_key, base_url=self._events_url)) as client:
            return client.post("/v2/enqueue", json=event)


def _patient(client: Any) -> Any:
    """The library's client without its own retries."""
    # It writes addresses with their queries, which name people, at a level that is kept.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    client.timeout = CONNECT_AND_ANSWER
    client.max_network_attempts = 0
    client.max_http_attempts = -1
    client.retry = {429: 1}
    return client


def _shape(path: str) -> str:
    """A path without its ids, for counting."""
    head, *rest = path.strip("/").split("/")
    return "/" + "/".join([head, *("{id}" if position == 0 else part for position, part in enumerate(rest))])


def _json(response: Any) -> Answer | None:
    try:
        found = response.json()
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def _reason(response: Any) -> str:
    told = (_json(response) or {}).get("error") or {}
    words = [str(told.get("message") or f"status {response.status_code}"), *map(str, told.get("errors") or ())]
    return ": ".join(words)[:300]


def _reset(headers: Mapping[str, str]) -> timedelta:
    try:
        return min(timedelta(seconds=max(1.0, float(headers.get("ratelimit-reset") or ""))), LONGEST)
    except ValueError:
        return LIMITED
