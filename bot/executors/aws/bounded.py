"""The connection of the library for AWS, whose answers are read up to a cap: it would read any of them to the end."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

from bot.executors.tool.answer import MOST_BYTES, Unanswered

_MOST: Final = 4 * MOST_BYTES
"""Bytes of one answer: a page of a thousand machines has some million."""
_PIECE: Final = 64 * 1024


class Bounded:
    """What sends the library's requests, in the place of its own. ``overdue`` raises where nobody waits any more."""

    def __init__(self, own: Any, *, target: str, overdue: Callable[[], None]) -> None:
        self._own = own
        self._target = target
        self._overdue = overdue

    def send(self, request: Any) -> Any:
        """One request and its whole answer. Raises Unanswered beside what the library raises."""
        from botocore.awsrequest import AWSResponse
        from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
        from urllib3 import exceptions as lost

        # Else the library reads the whole of it before anybody can count.
        request.stream_output = True
        answer = self._own.send(request)
        try:
            content = self._read(answer.raw)
        except lost.ReadTimeoutError as fault:
            raise ReadTimeoutError(endpoint_url=request.url, error=fault) from fault
        except (lost.HTTPError, OSError) as fault:
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=fault) from fault
        return AWSResponse(answer.url, answer.status_code, answer.headers, _Held(content))

    def close(self) -> None:
        """Let go of the connections."""
        self._own.close()

    def _read(self, raw: Any) -> bytes:
        content = bytearray()
        for piece in raw.stream(_PIECE):
            content += piece
            self._overdue()
            if len(content) > _MOST:
                raw.close()
                raise Unanswered(f"{self._target} answered with more than {_MOST >> 20} MiB: narrow the step.")
        return bytes(content)


class _Held(BytesIO):
    """An answer's bytes, as the library reads them."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """All of them."""
        yield self.read()
