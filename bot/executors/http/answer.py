"""What an HTTP answer says: its text or the one value that was asked for, or a sentence why it cannot be told."""

import codecs
import json

from bot.executors.http.client import Reply
from bot.executors.tool.answer import Answer
from bot.redaction.redactor import CUT
from compiler.proof.filters import jq
from incident.digest import Facts, Json


class Unreadable(Exception):
    """The answer is not what the step takes it for. The text is a sentence."""


def answer_of(reply: Reply, chosen: jq.Filter | None, *, asked: str, receipt: Facts) -> Answer:
    """What came back as an answer. Without a filter any status is one; with one only a success can hold the value."""
    value: Json = None
    error: str | None = None
    try:
        text = f"{reply.line}\n{_shown(reply)}".rstrip()
        _check(reply, asked)
        if chosen is None:
            value = reply.status
        else:
            values = _picked(reply, chosen, asked)
            value = _single(values)
            text = "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in values)
    except Unreadable as fault:
        error = str(fault)
        text = reply.line if reply.body and _binary(reply) else text
    plain = _shown(reply) if chosen is None and error is None else None
    single = chosen is not None and value is not None
    return Answer(
        text=text,
        plain=plain,
        value=value,
        cut=reply.cut,
        more=reply.cut,
        receipt=receipt,
        error=error,
        single=single,
    )


def value_of(reply: Reply, chosen: jq.Filter) -> Json:
    """The one value that the filter finds, or None when it finds several or none. Raises Unreadable."""
    return _single(_picked(reply, chosen, "it"))


def named_error(reply: Reply) -> str:
    """The error that a JSON answer names although its status is a success; empty when it names none."""
    try:
        said = json.loads(_text(reply))
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    several = said.get("errors")
    named = said.get("error") or (several[0] if isinstance(several, list) and several else None)
    if isinstance(named, dict):
        named = named.get("message")
    if isinstance(named, str) and named.strip():
        return " ".join(named.split()).rstrip(".")
    return "it says “success: false”" if said.get("success") is False or said.get("ok") is False else ""


def _check(reply: Reply, asked: str) -> None:
    if 300 <= reply.status < 400:
        where = reply.headers.get("Location", "elsewhere")
        raise Unreadable(f"{asked} was answered with {reply.line} to {where}, which is not followed: name that place.")
    if reply.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreadable(f"{asked} was answered compressed although that was not asked for.")
    if _binary(reply):
        raise Unreadable(f"{asked} was answered with {len(reply.body)} bytes that are no text.")
    if reply.broken:
        raise Unreadable(f"{asked}: the connection was lost in the middle of the answer.")


def _picked(reply: Reply, chosen: jq.Filter, asked: str) -> tuple[jq.Json, ...]:
    if not 200 <= reply.status < 300:
        raise Unreadable(f"{asked} was answered with {reply.line}, so there is no value.")
    if reply.cut:
        raise Unreadable(f"{asked}: the answer is longer than the cap, so no value can be picked from it.")
    try:
        return jq.apply(chosen, json.loads(_text(reply)))
    except jq.Misfit as fault:
        raise Unreadable(f"{asked}: {fault}.") from fault
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"{asked} was answered with {reply.line} but not with JSON, so there is no value.") from fault


def _single(values: tuple[jq.Json, ...]) -> Json:
    only = values[0] if len(values) == 1 else None
    return None if isinstance(only, list | dict) else only


def _shown(reply: Reply) -> str:
    """The body as people see it, with a mark where it was cut off: it may be in the middle of a secret."""
    return _text(reply) + (CUT if reply.body and (reply.cut or reply.broken) else "")


def _text(reply: Reply) -> str:
    """The body as text; where it was cut, half a character at its end is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(reply.body, final=not reply.cut)
    except UnicodeDecodeError:
        return ""


def _binary(reply: Reply) -> bool:
    text = _text(reply)
    return (bool(reply.body) and not text) or any(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in text)
