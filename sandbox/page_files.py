"""The page's own files, from memory: an address changes with what is in the files, so a browser never asks again.

The first request of a page is answered with everything that it needs to be drawn: no request waits for another one.
"""

import hashlib
import json
import mimetypes
from pathlib import Path

from aiohttp import web
from msgspec import Struct

from sandbox import page_linking
from sandbox.wire import Json

_PLACE = "/page/static/"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NEVER = {"Cache-Control": "no-store"}
_OPENING = "<!-- opening -->"


class _Files(Struct, frozen=True, kw_only=True):
    """The folder as it was read."""

    changed: float
    version: str
    contents: dict[str, bytes]


class PageFiles:
    """The files of one folder. Who works on them sees a change at the next loading of the page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _read(folder)

    def index(self, opening: Json) -> web.Response:
        """The page, with what it shows first. Nothing in that can end the element in which it stands."""
        if _changed(self._folder) != self._files.changed:
            self._files = _read(self._folder)
        place = f"{_PLACE}{self._files.version}/"
        text = self._files.contents["index.html"].decode().replace(_PLACE, place)
        shown = json.dumps(opening, separators=(",", ":")).replace("<", "\\u003c")
        whole = text.replace(_OPENING, f'<script type="application/json" id="opening">{shown}</script>')
        return web.Response(text=whole, content_type="text/html", headers=_NEVER)

    def file(self, name: str, version: str = "") -> web.Response:
        """One file; one of an older version is not kept by the browser. Raises HTTPNotFound."""
        content = self._files.contents.get(name)
        if content is None:
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = _FOR_EVER if version == self._files.version else _NEVER
        return web.Response(body=content, content_type=kind, charset="utf-8", headers=headers)


def _changed(folder: Path) -> float:
    return max(path.stat().st_mtime for path in folder.iterdir())


def _read(folder: Path) -> _Files:
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    texts = {name: content.decode() for name, content in contents.items() if name.endswith((".js", ".css"))}
    contents["main.js"] = page_linking.script("main.js", texts).encode()
    contents["main.css"] = page_linking.sheet("main.css", texts).encode()
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return _Files(changed=_changed(folder), version=digest.hexdigest()[:16], contents=contents)
