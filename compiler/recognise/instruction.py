"""One instruction as it is written: what to do, when, by when, and how long to wait."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from msgspec import Struct

from compiler.recognise import spans
from compiler.recognise.wording import bare, named
from compiler.recognise.words import is_told, looks

_ARROWS: Final = ("→", "⇒", "➜", "->", "=>")
_ARROW: Final = re.compile(rf"\s*(?:{'|'.join(_ARROWS)})\s*")
_WORD: Final = r"(?:only )?(?P<word>if|when(?! to\b)|unless|in case(?: of)?|falls|wenn)"
_THOUSANDS: Final = r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))"
"""The comma of *2,000*."""
_LEADING: Final = re.compile(
    rf"{_WORD}\s+(?P<condition>(?:[^,:;()]|{_THOUSANDS}|\([^()]*\)){{1,160}}?)\s*(?:(?!{_THOUSANDS})[,:;]\s*(?:then\b)?|\bthen\b),?\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(rf"{_WORD}\s+(?P<condition>[^:]{{1,160}}):", re.IGNORECASE)
"""A condition for what stands below it."""
_LED: Final = re.compile(r"(?:if|when|falls|wenn)\s+", re.IGNORECASE)
_BRACKETED: Final = re.compile(
    r"\s*\((?:only )?(?P<condition>(?:if|when|unless|falls|wenn) [^()]{1,160}|last resort)\)", re.IGNORECASE
)
_TRAILING: Final = re.compile(
    r"(?P<rest>\S(?:(?![.!?]\s).){0,400}?)(?:,? only|,|\s)\s*(?P<word>if|when|unless|falls|wenn)\s+"
    r"(?P<condition>(?:(?![.!?;]\s)[^()]){1,160})",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r", (?:we|you|they|it|this|that|please|then|which|who|where)\b|\b(?:and|or|in|,)$", re.IGNORECASE
)
"""Words by which a sentence goes on behind its condition, or which no sentence ends in before it."""
_IF: Final = re.compile(r"(?:if|when|unless|falls|wenn)\s")
"""A word of a trailing condition, in small letters: most texts have none, which is sooner known than tried."""
_ASKED: Final = re.compile(
    r"\b(?:check|see|verify|determine|confirm|decide|test|ask|find out|prüfe)(?: \w+)?$", re.IGNORECASE
)
_NO_THREAT: Final = r"(?!(?:there|it|this|that|they|you|we)(?:'ll| will| would| may| might| is| are| has) )"
"""*Otherwise it will hang* says why, and not what to do."""
_OTHER_WAY: Final = re.compile(
    rf"(?:or(?: else)?|else|alternatively|alternative|otherwise|oder|alternativ|sonst)\b[,:]?\s+{_NO_THREAT}",
    re.IGNORECASE,
)
_NOT_SO: Final = re.compile(rf"(?:otherwise|(?:or )?else|sonst)(?:[,:]|\s|$)\s*(?!than\b){_NO_THREAT}", re.IGNORECASE)
"""The other way because a condition does not hold, not because somebody likes it better."""
_YES: Final = frozenset(["so", "yes", "true", "ja"]) | {"it is", "it does", "they are", "this is the case"}
_NO: Final = frozenset(["not", "no", "false", "nein", "nicht"]) | {"it is not", "it isn't", "it does not", "it doesn't"}
"""Conditions that only answer what is asked or said right before them: *If so: …*, *No: …*."""
_ASKS: Final = re.compile(
    r"(?:\w+ ){0,2}?(?:check|verify|see|determine|confirm|decide|test|ask|find out|look|prüfe)\b[^.;?]{0,60}?"
    r" (?:if|whether|ob) (?P<what>[^.;?]{3,160})[.?]?",
    re.IGNORECASE,
)
_WITHIN: Final = re.compile(
    r"\s*[(\[]?\b(?:within|innerhalb(?: von)?|in under|no later than)\s+(?:the first\s+)?", re.IGNORECASE
)
_DEADLINE: Final = re.compile("within|innerhalb|in under|no later than")
"""The same for a deadline."""
_BOX: Final = re.compile(r"\s*[(\[](?P<inside>[^()\[\]]{1,60})[)\]]")
_CLOCK: Final = re.compile(r"(?:t\s?\+\s?)(?P<inside>.{1,40})", re.IGNORECASE)
_HOLDING: Final = re.compile(
    r"(?<!that )(?<!which )(?<!who )\b(?:monitor|wait|watch|observe|hold|pause|soak|sleep|bake|let"
    r"|give (?:it|them|that)|keep an eye|warten?|beobachten?)\b"
    r"(?P<between>[^.;]{0,60}?)(?:\bfor\b|\bat least\b|\()?\s*$",
    re.IGNORECASE,
)
_THEN: Final = re.compile(r"\s*(?:,|;|–|-)?\s*(?:and )?(?:then|before|danach)\s+(?P<then>\S.*)", re.IGNORECASE)
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
"""Where a sentence ends and another begins."""
_CONDITION: Final = re.compile(
    r"(?:(?:only )?(?:if|when)|unless|in case|otherwise|else|falls|wenn|sonst)\b", re.IGNORECASE
)
_LONGEST: Final = 2_000
_LONGEST_QUESTION: Final = 200


class Instruction(Struct, frozen=True, kw_only=True):
    """What a line tells to do. ``hold`` is how long it waits, ``first`` what is done before, ``then`` what after."""

    title: str
    detail: str = ""
    condition: str = ""
    alternative: bool = False
    after: timedelta | None = None
    within: timedelta | None = None
    hold: timedelta | None = None
    first: str = ""
    then: str = ""


def instruction(text: str, name: str = "", value: str = "", *, causes: bool = False) -> Instruction:
    """The instruction in ``text``, whose name and value are given where it has them.

    With ``causes``, a name that tells nothing to do is the condition for its value: *Pool exhausted: restart the API*.
    """
    text, name, value = text[:_LONGEST], name[:_LONGEST], value[:_LONGEST]
    not_so, other = _NOT_SO.match(text), _OTHER_WAY.match(text)
    if other:
        text = text[other.end() :]
        name, value = named(text) if name else ("", text)
    rest, after, within = _timed(text)
    title, detail, condition = _parted(rest, name, _timed(value)[0], causes=causes)
    condition = _answered(condition) or ("otherwise" if not_so else "")
    title, condition = _conditional(title, condition)
    detail, condition = _conditional(detail, condition) if detail and not condition else (detail, condition)
    hold, first, then = _hold(text) if rest == text else (None, "", "")
    return Instruction(
        title=bare(title.rstrip(": ")) or title,
        detail=detail.rstrip(": "),
        condition=condition,
        alternative=other is not None,
        after=after,
        within=within,
        hold=hold,
        first=first,
        then=then,
    )


def condition_alone(text: str) -> str:
    """The condition that a line is nothing but, for what stands below it; empty for any other line."""
    alone = _ALONE.fullmatch(f"{text.rstrip(': ')}:")
    if alone:
        return _answered(_said(alone))
    return "otherwise" if _NOT_SO.fullmatch(text) else ""


def begins_condition(text: str) -> bool:
    """True for a text that begins with a condition: *If the pool is full, …*, *Otherwise …*."""
    return _CONDITION.match(text) is not None


def conditional_parts(text: str) -> list[str]:
    """A text, parted where a sentence of it begins with a condition: what comes before is done in any case."""
    if len(text) > _LONGEST or not (". " in text or "? " in text or "! " in text):
        return [text]
    parts: list[str] = []
    for sentence in SENTENCE_END.split(text):
        if not parts or begins_condition(sentence):
            parts.append(sentence)
        else:
            parts[-1] = f"{parts[-1]} {sentence}"
    return parts


def asked(title: str) -> str:
    """What an instruction asks, as a condition that a *yes* to it meets: *Check whether it is full*, *Is it full?*."""
    title = title.strip()[:_LONGEST_QUESTION]
    if match := _ASKS.fullmatch(title):
        return match["what"].strip()
    return f"the answer to “{title}” is yes" if title.endswith("?") else ""


def not_so(condition: str) -> str:
    """The condition that another one does not hold."""
    asks = condition.endswith("” is yes") and condition.count("”") == 1
    return f"{condition.removesuffix('yes')}no" if asks else f"unless {condition}"


def _answered(condition: str) -> str:
    """The condition by one word for each answer: ``so`` and ``otherwise``; any other stays."""
    words = spans.small(condition).strip(" .*")
    return "so" if words in _YES else "otherwise" if words in _NO else condition


def all_of(conditions: Iterable[str]) -> str:
    """The condition that all of them hold; empty ones always do."""
    return ", and ".join(dict.fromkeys(filter(None, conditions)))


def _said(match: re.Match[str]) -> str:
    """The condition as it is kept: the word in front of it only where it turns its meaning."""
    unless = "unless " if match["word"].lower() == "unless" else ""
    return unless + match["condition"].strip()


def _parted(text: str, name: str, value: str, *, causes: bool) -> tuple[str, str, str]:
    """Title, detail and condition, as far as arrows, colons and a leading *if* part them."""
    arrow = _ARROW.split(text, maxsplit=1) if any(map(text.__contains__, _ARROWS)) else ()
    if len(arrow) == 2 and arrow[0] and is_told(arrow[1]):
        return arrow[1], "", _LED.sub("", arrow[0])
    leading = _LEADING.fullmatch(text)
    if leading:
        return leading["rest"], "", _said(leading)
    alone = _ALONE.fullmatch(text)
    if alone:
        return text, "", _said(alone)
    if not name or name == text.rstrip(":"):
        return text, "", ""
    if value and _answered(name) in ("so", "otherwise"):
        return value, "", name
    if causes and value and not is_told(name) and not value.startswith("("):
        return value, "", name
    return name, value, ""


def _conditional(text: str, condition: str) -> tuple[str, str]:
    """The text without the condition that it ends in. *Check if …* asks, and is no condition."""
    box = _BRACKETED.search(text) if "(" in text else None
    if box:
        words = re.sub(r"^(?:if|when|falls|wenn) ", "", box["condition"], flags=re.IGNORECASE)
        return (text[: box.start()] + text[box.end() :]).strip(), condition or words
    match = _TRAILING.fullmatch(text.rstrip(":. ")) if not condition and _IF.search(spans.small(text)) else None
    if match is None or _ASKED.search(match["rest"]) or looks(match["rest"]):
        return text, condition
    if _GOES_ON.search(match["rest"]) or _GOES_ON.search(match["condition"]):
        return text, condition
    return match["rest"].rstrip(", "), _said(match)


def _timed(text: str) -> tuple[str, timedelta | None, timedelta | None]:
    """The text without its deadline, from when, and until when it is."""
    within = _WITHIN.search(text) if _DEADLINE.search(spans.small(text)) else None
    found = spans.span(text[within.end() : within.end() + 40]) if within else None
    if within and found and found.start <= 1:
        rest = text[within.end() + found.end :]
        return _joined(text[: within.start()], rest[1:] if rest[:1] in (")", "]") else rest), None, found.longest
    for box in _BOX.finditer(text) if "(" in text or "[" in text else ():
        inside = _CLOCK.sub(r"\g<inside>", box["inside"]).strip()
        found = spans.span(inside)
        if found and inside[0].isdigit() and len(found.text) >= len(inside) - 2 and found.low != found.high:
            return _joined(text[: box.start()], text[box.end() :]), found.low, found.high
    return text, None, None


def _joined(before: str, after: str) -> str:
    return f"{before.rstrip()} {after.strip()}".strip() if after[:1].isalnum() or after[:1] == " " else before + after


def _hold(text: str) -> tuple[timedelta | None, str, str]:
    """How long the text waits, and what it says to do before and after."""
    found = spans.span(text)
    wait = _HOLDING.search(text[: found.start]) if found else None
    if found is None or found.longest is None or wait is None:
        return None, "", ""
    before = re.sub(r"[\s,;.]*(?:\b(?:and|then))?[\s,]*$", "", text[: wait.start()])
    then = _THEN.match(text, found.end)
    return found.longest, before if is_told(before) else "", then["then"] if then else ""
