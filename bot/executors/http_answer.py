"""What an HTTP answer says: its text or the one value that was asked for, or a sentence why it cannot be told."""

import codecs
import json

from bot.executors.http_client import Answer
from compiler.proof.filters import jq
from incident.digest import Facts, Json
from incident.finding import Sight


class Unreadable(Exception):
    """The answer is not what the step takes it for. The text is a sentence."""


def sight_of(answer: Answer, chosen: jq.Filter | None, *, asked: str, receipt: Facts) -> Sight:
    """The answer as a sight. Without a filter any status is an answer; with one only a success can hold the value."""
    value: Json = None
    error: str | None = None
    try:
        output = f"{answer.line}\n{_text(answer)}".rstrip()
        _check(answer, asked)
        if chosen is None:
            value = answer.status
        else:
            values = _picked(answer, chosen, asked)
            value = _single(values)
            output = "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in values)
    except Unreadable as fault:
        error = str(fault)
        output = answer.line if answer.body and _binary(answer) else output
    return Sight(output=output, value=value, truncated=answer.cut, receipt=receipt, error=error, seconds=answer.seconds)


def value_of(answer: Answer, chosen: jq.Filter) -> Json:
    """The one value that the filter finds, or None when it finds several or none. Raises Unreadable."""
    return _single(_picked(answer, chosen, "it"))


def _check(answer: Answer, asked: str) -> None:
    if 300 <= answer.status < 400:
        where = answer.headers.get("Location", "elsewhere")
        raise Unreadable(f"{asked} was answered with {answer.line} to {where}, which is not followed: name that place.")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreadable(f"{asked} was answered compressed although that was not asked for.")
    if _binary(answer):
        raise Unreadable(f"{asked} was answered with {len(answer.body)} bytes that are no text.")
    if answer.broken:
        raise Unreadable(f"{asked}: the connection was lost in the middle of the answer.")


def _picked(answer: Answer, chosen: jq.Filter, asked: str) -> tuple[jq.Json, ...]:
    if not 200 <= answer.status < 300:
        raise Unreadable(f"{asked} was answered with {answer.line}, so there is no value.")
    if answer.cut:
        raise Unreadable(f"{asked}: the answer is longer than the cap, so no value can be picked from it.")
    try:
        return jq.apply(chosen, json.loads(_text(answer)))
    except jq.Misfit as fault:
        raise Unreadable(f"{asked}: {fault}.") from fault
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"{asked} was answered with {answer.line} but not with JSON, so there is no value.") from fault


def _single(values: tuple[jq.Json, ...]) -> Json:
    only = values[0] if len(values) == 1 else None
    return None if isinstance(only, list | dict) else only


def _text(answer: Answer) -> str:
    """The body as text; where it was cut, half a character at its end is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(answer.body, final=not answer.cut)
    except UnicodeDecodeError:
        return ""


def _binary(answer: Answer) -> bool:
    text = _text(answer)
    return (bool(answer.body) and not text) or any(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in text)
