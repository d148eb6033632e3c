"""The services' lines in CloudWatch, and their secrets in Secrets Manager, as the library for AWS reaches them."""

import asyncio
import time
from collections import defaultdict
from typing import Any, Final

from demo.aws import AwsApi, Key
from demo.pulse.account import log_group

EVERY: Final = 0.5
"""Seconds between two deliveries of lines."""


class Logs:
    """Lines are kept for a moment and written together, as a container's log driver does."""

    def __init__(self, aws: AwsApi, key: Key) -> None:
        self._client: Any = aws.client("logs", key)
        self._waiting: dict[str, list[dict[str, object]]] = defaultdict(list)

    def say(self, service: str, line: str) -> None:
        """Write one line of a service."""
        self._waiting[service].append({"timestamp": int(time.time() * 1000), "message": line})

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.deliver()

    async def deliver(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, defaultdict(list)
        for service, events in waiting.items():
            place = {"logGroupName": log_group(service), "logStreamName": service}
            await asyncio.to_thread(self._client.put_log_events, **place, logEvents=events)


class Secrets:
    """Read as the services' own identity, written as the team's."""

    def __init__(self, aws: AwsApi, *, reader: Key, writer: Key) -> None:
        self._reader: Any = aws.client("secretsmanager", reader)
        self._writer: Any = aws.client("secretsmanager", writer)

    async def read(self, name: str) -> str:
        """The present value."""
        found = await asyncio.to_thread(self._reader.get_secret_value, SecretId=name)
        return str(found["SecretString"])

    async def write(self, name: str, value: str) -> None:
        """A new version with this value."""
        await asyncio.to_thread(self._writer.put_secret_value, SecretId=name, SecretString=value)
