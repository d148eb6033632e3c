"""Calls to one AWS account in one region, as one identity: a bounded pool of threads, one attempt, a deadline each.

The library blocks, so each call has a thread; whoever gave up waiting leaves a call that ends by itself within the
library's own time limit, and between two pages it stops at once.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any, Final, TypeVar

from msgspec import Struct

from bot.executors.aws.bounded import Bounded
from bot.executors.aws.faults import NO_ANSWER, NotReached, fault_of
from bot.executors.aws.rights import Rights, rights_of
from bot.executors.caps import Caps
from bot.executors.tool.answer import Denied, NotAllowed, Run, Unanswered

T = TypeVar("T")

_SERVICES: Final = {"deploy": "codedeploy", "configservice": "config", "s3api": "s3"}
"""Services that the command line names otherwise than the library."""
_ROLE_LASTS, _ROLE_KEPT = 60 * 60, 45 * 60
"""Seconds for which a role is taken to look, and for which a client goes on with it."""
_CHANGE_LASTS: Final = 15 * 60
"""Seconds for which a role is taken for one change: AWS takes no fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An access key, a role to take with it, or both; without a key, what the AWS tools find. Never shown."""

    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    role: str | None = None


class Place(Struct, frozen=True, kw_only=True):
    """Where the account is spoken to. ``endpoint`` is for a stand-in of AWS only."""

    region: str
    endpoint: str | None = None


class Session:
    """One identity in one place. Clients are kept, because one costs up to a tenth of a second."""

    def __init__(self, target: str, place: Place, login: Login, *, caps: Caps) -> None:
        self._target = target
        self._place = place
        self._login = login
        self._caps = caps
        self._keys = {"aws_access_key_id": login.access_key, "aws_secret_access_key": login.secret_key}
        self._threads = ThreadPoolExecutor(max_workers=caps.parallel * 2, thread_name_prefix=f"muster-{target}")
        # Each client with the time it was made. The library makes its clients' classes when it runs.
        self._clients: dict[str, tuple[float, Any]] = {}
        self._making = threading.Lock()
        self._now = threading.local()

    async def model(self, service: str, operation: str) -> Any:
        """The operation's model, by its names on the command line. Raises NotAllowed."""
        return await self.work(lambda: self._model(service, operation))

    async def rights(self, service: str, operation: str, given: Mapping[str, Any]) -> str:
        """What the role that is taken for a change may do, as a sentence; empty where none is taken."""
        rights = await self.work(lambda: self._rights(service, operation, given))
        return rights.told if rights is not None else ""

    async def call(
        self, service: str, operation: str, given: Mapping[str, Any], *, seconds: float, run: Run | None = None
    ) -> dict[str, Any]:
        """One call; its answer without the library's own metadata. Raises Denied, Unanswered or NotAllowed."""

        def called() -> dict[str, Any]:
            client = self._acting(service, operation, given) if run is not None else self._client(service)
            self._begin(seconds)
            if run is not None:
                run.sent = True
            answer: dict[str, Any] = getattr(client, operation.replace("-", "_"))(**given)
            return answer

        return await self.work(called, run=run)

    async def rehearse(self, service: str, operation: str, given: Mapping[str, Any], *, seconds: float) -> None:
        """Let AWS check a change that has a dry run. Raises Denied when it would refuse it, else as ``call``."""

        def rehearsed() -> None:
            from botocore.exceptions import ClientError

            client = self._acting(service, operation, given)
            self._begin(seconds)
            try:
                getattr(client, operation.replace("-", "_"))(**{**given, "DryRun": True})
            except ClientError as answered:
                if answered.response.get("Error", {}).get("Code") != "DryRunOperation":
                    raise

        await self.work(rehearsed)

    async def pages(
        self, service: str, operation: str, given: Mapping[str, Any], paging: Mapping[str, Any], *, seconds: float
    ) -> dict[str, Any]:
        """The answers of page after page, as one. Raises Denied, Unanswered or NotAllowed."""

        def paged() -> dict[str, Any]:
            pages = self._client(service).get_paginator(operation.replace("-", "_"))
            self._begin(seconds)
            answer: dict[str, Any] = pages.paginate(**given, PaginationConfig=dict(paging)).build_full_result()
            return answer

        return await self.work(paged)

    async def reached(self, service: str, waiter: str, given: Mapping[str, Any], *, seconds: float) -> bool:
        """Whether what a waiter waits for is so now. Raises Denied when it can never come to be so."""

        def asked() -> bool:
            from botocore.exceptions import WaiterError

            waiting = self._client(service).get_waiter(waiter.replace("-", "_"))
            self._begin(seconds)
            try:
                waiting.wait(**given, WaiterConfig={"Delay": 0, "MaxAttempts": 1})
            except WaiterError as fault:
                if "Max attempts exceeded" in str(fault):
                    return False
                raise Denied(f"{self._target}: {waiter} can no longer come to be: {fault}.") from fault
            return True

        return await self.work(asked)

    async def work(self, task: Callable[[], T], *, run: Run | None = None) -> T:
        """Run a blocking task in the pool, its faults as sentences. Whoever gives up makes it stop at its next call."""
        if find_spec("boto3") is None:
            raise Unanswered(f"{self._target} needs the library for AWS: install Muster with its extra “aws”.")
        given_up = threading.Event()

        def told() -> T:
            from botocore.exceptions import BotoCoreError, ClientError
            from botocore.parsers import ResponseParserError

            self._now.given_up, self._now.deadline = given_up, None
            try:
                return task()
            except (BotoCoreError, ClientError, ResponseParserError, ValueError) as fault:
                told = fault_of(self._target, fault)
                if run is not None and isinstance(told, NotReached):
                    run.sent = False
                raise told from fault

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, told)
        finally:
            given_up.set()

    async def close(self) -> None:
        """Let go of the threads; what still runs in one ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, seconds: float) -> None:
        """The call's own time begins: its client is made."""
        self._now.deadline = time.monotonic() + seconds

    def _model(self, service: str, operation: str) -> Any:
        # Which operations there are needs no role, and none is taken for it.
        meta = (self._client(service) if self._login.role is None else self._bare(service, self._keys)).meta
        name = meta.method_to_api_mapping.get(operation.replace("-", "_"))
        if name is None:
            raise NotAllowed(f"Nothing was sent: the library for AWS does not know {service} {operation}.")
        return meta.service_model.operation_model(name)

    def _client(self, service: str) -> Any:
        with self._making:
            made, client = self._clients.get(service, (0.0, None))
            worn = self._login.role is not None and time.monotonic() - made > _ROLE_KEPT
            if client is None or worn:
                client = self._made(service, None)
                self._clients[service] = time.monotonic(), client
            return client

    def _acting(self, service: str, operation: str, given: Mapping[str, Any]) -> Any:
        """A client for one change. A role is taken for this call only, and may do nothing but this."""
        rights = self._rights(service, operation, given)
        if rights is None:
            return self._client(service)
        with self._making:
            return self._made(service, rights)

    def _rights(self, service: str, operation: str, given: Mapping[str, Any]) -> Rights | None:
        role = self._login.role
        if role is None:
            return None
        return rights_of(self._model(service, operation), given, role=role, region=self._place.region)

    def _made(self, service: str, rights: Rights | None) -> Any:
        """A client with the role taken: for looks for an hour, for one change as short as AWS lets it be."""
        if self._login.role is None:
            return self._bare(service, self._keys)
        narrowed = {"Policy": rights.policy} if rights is not None and rights.policy is not None else {}
        seconds, taking = _ROLE_LASTS if rights is None else _CHANGE_LASTS, self._bare("sts", self._keys)
        asked = {"RoleArn": self._login.role, "RoleSessionName": "muster", "DurationSeconds": seconds, **narrowed}
        taken = taking.assume_role(**asked)["Credentials"]
        keys = {"aws_access_key_id": taken["AccessKeyId"], "aws_secret_access_key": taken["SecretAccessKey"]}
        return self._bare(service, {**keys, "aws_session_token": taken["SessionToken"]})

    def _bare(self, service: str, keys: Mapping[str, str | None]) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=self._caps.connect_seconds,
            read_timeout=max(self._caps.look_seconds, self._caps.run_seconds),
            retries={"total_max_attempts": 1},
            max_pool_connections=self._caps.parallel * 2,
            user_agent_extra="muster",
            proxies={},
        )
        library, one_at_a_time = _library()
        with one_at_a_time:
            client = library.client(
                _SERVICES.get(service, service),
                region_name=self._place.region,
                endpoint_url=self._place.endpoint,
                config=config,
                **keys,
            )
        # The library has no public place for it.
        client._endpoint.http_session = Bounded(
            client._endpoint.http_session, target=self._target, overdue=self._before_call
        )
        client.meta.events.register("before-call", self._before_call)
        client.meta.events.register("after-call", self._after_call)
        return client

    def _before_call(self, **_: object) -> None:
        """Between two pages or pieces: nobody waits any more, so nothing more is asked."""
        given_up, deadline = getattr(self._now, "given_up", None), getattr(self._now, "deadline", None)
        if given_up is None:
            return
        if given_up.is_set() or (deadline is not None and time.monotonic() > deadline):
            raise Unanswered(f"{self._target} did not answer in time: narrow the step.")

    def _after_call(self, http_response: Any, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        """A body that the library does not understand would be an empty answer to it. Raises Unanswered."""
        named = model.output_shape is not None and model.output_shape.members
        if named and parsed.keys() <= {"ResponseMetadata"} and len(http_response.content) > len("{}"):
            raise Unanswered(f"{self._target} {NO_ANSWER}")


@cache
def _library() -> tuple[Any, threading.Lock]:
    """The library's session, which keeps what it read of its models, and the lock that making a client needs."""
    import boto3

    return boto3.Session(), threading.Lock()
