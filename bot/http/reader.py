"""The requests in the bytes that come over one connection: whole, under limits, in their order.

What is HTTP, where a body ends and whether a connection stays open is llhttp's to say (httptools).
"""

from enum import Enum, auto
from typing import Final
from urllib.parse import unquote

import httptools
from msgspec import Struct
from multidict import CIMultiDict

from bot.http.call import Answer, Call, Cut, refused

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of a request that are not its body: its line, its headers, and what stands between the pieces of a body."""
LARGEST_PIECE: Final = 6
"""Bytes in which one byte of a body may come: a piece of its own, with its length and two ends of line."""

MALFORMED: Final = refused(400, "This is no HTTP that can be understood.")
HEAD_TOO_LARGE: Final = refused(431, "The headers of a request may have at most 64 KiB.")
HEAD_TOO_SLOW: Final = refused(408, "The request did not come in time.")


class Asked(Struct, frozen=True, kw_only=True):
    """A request that is to be answered, or the answer to what is none. ``last``: nothing is read behind it.

    ``unread``: there may be more of it on its way that nobody will read.
    """

    call: Call | None = None
    answer: Answer | None = None
    last: bool = False
    unread: bool = False


class Phase(Enum):
    """What comes next."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()
    OVER = auto()
    """Nothing that could be read."""


class Reader:
    """Reads one connection. The methods ``on_…`` are the parser's to call."""

    def __init__(self, largest: int) -> None:
        self.phase = Phase.BETWEEN
        self.begun = 0
        """How many requests have begun to come."""
        self.expecting = False
        """Whether the client waits for a word before it sends the body."""
        self._largest = largest
        self._parser = httptools.HttpRequestParser(self)
        self._asked: list[Asked] = []
        self._came = 0
        """How many bytes of a request have come."""
        self._url = b""
        self._headers: CIMultiDict[str] = CIMultiDict()
        self._coming: CIMultiDict[str] = CIMultiDict()
        """Headers before they are whole. What comes behind a body stays here: whoever is in front did not judge it."""
        self._body = bytearray()
        self._offering = False

    def feed(self, data: bytes) -> list[Asked]:
        """What is whole with these bytes."""
        while data and self.phase is not Phase.OVER:
            data = self._fed(data)
        return self._taken()

    def too_slow(self) -> list[Asked]:
        """What is to be answered when the rest of a request does not come in time."""
        if self.phase is Phase.BODY:
            self._cut(Cut.TOO_SLOW)
        elif self.phase is Phase.HEAD:
            self._refuse(HEAD_TOO_SLOW)
        return self._taken()

    def end(self) -> None:
        """Nothing comes any more. Reader and parser hold each other: neither would go before garbage is collected."""
        del self._parser

    def on_message_begin(self) -> None:
        """A request begins."""
        if self.phase is not Phase.OVER:
            self.phase, self.begun = Phase.HEAD, self.begun + 1
            self._url = b""
            if self._coming:
                self._coming = CIMultiDict()

    def on_url(self, url: bytes) -> None:
        """A part of its address."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._coming.add(name.decode("ascii"), value.rstrip().decode("utf-8", "surrogateescape"))

    def on_headers_complete(self) -> None:
        """The body comes next."""
        if self.phase is Phase.OVER:
            return
        self.phase = Phase.BODY
        self._headers, self._coming = self._coming, CIMultiDict()
        self._offering = self._parser.should_upgrade()
        if self._parser.get_method() == b"CONNECT":
            self._refuse(MALFORMED)
        elif int(self._headers.get("Content-Length", 0)) > self._largest:
            self._cut(Cut.TOO_LARGE)
        else:
            expected = self._headers.get("Expect", "").lower()
            self.expecting = expected == "100-continue" and self._parser.get_http_version() != "1.0"

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        if self.phase is Phase.OVER:
            return
        self._body += part
        if len(self._body) > self._largest:
            self._cut(Cut.TOO_LARGE)

    def on_message_complete(self) -> None:
        """It is whole."""
        if self.phase is Phase.OVER or self._offering:
            return
        # A client of HTTP/1.0 is not told how a connection would be kept.
        last = not self._parser.should_keep_alive() or self._parser.get_http_version() == "1.0"
        self.phase = Phase.OVER if last else Phase.BETWEEN
        self.expecting, self._came = False, 0
        self._ask(None, last=last)

    def _fed(self, data: bytes) -> bytes:
        """Read bytes; what is left of them."""
        self._came += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            return self._declined() + data[offer.args[0] :]
        except httptools.HttpParserError:
            self._refuse(MALFORMED)
        if self._came > LARGEST_HEAD + LARGEST_PIECE * len(self._body) and self.phase is not Phase.BETWEEN:
            self._refuse(HEAD_TOO_LARGE)
        return b""

    def _declined(self) -> bytes:
        """The head of a request without the other protocol that it offers: the parser would not read its body.

        Java's client offers HTTP/2 with each request.
        """
        version, method = self._parser.get_http_version().encode(), self._parser.get_method()
        kept = [(name, value) for name, value in self._headers.items() if name.lower() != "upgrade"]
        lines = [f"{name}: {value}\r\n".encode("utf-8", "surrogateescape") for name, value in kept]
        self._parser, self._came = httptools.HttpRequestParser(self), 0
        return b"".join((method, b" ", self._url, b" HTTP/", version, b"\r\n", *lines, b"\r\n"))

    def _cut(self, why: Cut) -> None:
        self.phase = Phase.OVER
        self._ask(why, last=True)

    def _refuse(self, answer: Answer) -> None:
        """Answer what is no request, and read no further."""
        if self.phase is not Phase.OVER:
            self.phase = Phase.OVER
            self._asked.append(Asked(answer=answer, last=True, unread=True))

    def _ask(self, cut: Cut | None, *, last: bool) -> None:
        body, self._body = self._body, bytearray()
        try:
            path, behind = _apart(self._url)
        except httptools.HttpParserError:
            self.phase = Phase.OVER
            self._asked.append(Asked(answer=MALFORMED, last=True, unread=True))
            return
        call = Call(
            method=self._parser.get_method().decode("ascii"),
            path=path,
            behind=behind,
            headers=self._headers,
            body=b"" if cut is not None else bytes(body),
            cut=cut,
        )
        self._asked.append(Asked(call=call, last=last, unread=cut is not None))

    def _taken(self) -> list[Asked]:
        asked, self._asked = self._asked, []
        return asked


def _apart(url: bytes) -> tuple[str, str]:
    """The path and what stands behind the ``?``. Raises HttpParserError."""
    parts = httptools.parse_url(url)
    path = (parts.path or b"/").decode("utf-8", "replace")
    return unquote(path) if "%" in path else path, (parts.query or b"").decode("utf-8", "replace")
