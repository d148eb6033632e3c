"""What a team promises about recovery in a sentence: how much may be lost at most, and how soon it is back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from compiler.document import Block
from compiler.recognise import spans
from compiler.recognise.facts import Objective, RecoveryObjective, Stated
from compiler.recognise.groups import Placed
from compiler.recognise.instruction import SENTENCE_END
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Purpose
from compiler.recognise.words import Topic, is_told

_SIGNS: Final = (
    "lose", "losing", "loss", "lost", "back ", "restor", "recover", "downtime", "down for", "again", "outage", "online",
    "unavailab",
)  # fmt: skip
"""One of these is in whatever promises a recovery, in small letters."""
_IN_DISASTER: Final = re.compile(
    r"\A(?:(?:after|in|in case of) (?:an? |the )?(?:\w+ ){0,2}(?:disaster|failure|outage|loss)|if (?:\w+ ){1,4}fails)"
    r",? ",
    re.IGNORECASE,
)
"""*In a disaster, …*: what is promised behind it is a promise all the same."""
NO_PROMISE: Final = re.compile(
    r"\b(?:if|when|whenever|unless|until|once|after|since|ago|wait|escalate|page|alerts?|otherwise|usually|typically"
    r"|normally|last (?:year|month|week|quarter|time)|was|were|had|took|takes|lags?|falls?|drops?|rises?|exceeds?"
    r"|(?:in|of) (?:january|february|march|april|may|june|july|august|september|october|november|december))\b",
    re.IGNORECASE,
)
"""What makes a sentence one about a condition, an alert or what has been."""
_LOSES: Final = re.compile(r"\b(?:los(?:e|ing)|loss|(?:be|get) lost)\b", re.IGNORECASE)
_DATA: Final = re.compile(
    r"\b(?:data|writes?|orders?|transactions?|messages?|events?|records?|changes?|updates?|work|uploads?|payments?)\b",
    re.IGNORECASE,
)
_MIGHT: Final = re.compile(r"\b(?:can|could|may|might|would) (?:be lost|get lost|lose)\b", re.IGNORECASE)
"""*Up to 24 hours can be lost* says what would be, and promises nothing."""
_NOT_AGREED: Final = re.compile(
    r"\b(?:none|no|not|never|nobody|nothing)\b.{0,30}\b(?:agreed|defined|promised|decided|documented)\b", re.IGNORECASE
)
_LIMIT: Final = re.compile(
    r"\b(?:at (?:most|worst)|(?:no|not|never)(?: \w+){0,2} (?:more|longer) than|up to|only|max(?:imum)?|less than|under"
    r"|accept\w*|tolera\w+|allow\w*|afford|permitted|no more)\b|[<≤]",
    re.IGNORECASE,
)
_BACK: Final = (
    r"(?:back(?: (?:up|online|in service|to normal))?|restored|recovered|online|usable"
    r"|(?:up|running|working|available)(?: again| and running))"
)
_WITHIN: Final = r"(?:within|inside|in|in (?:under|less than|at most)|under|no later than|at most) (?:at most |the )?\Z"
_FIRM: Final = (
    r"\b(?:must|shall|ha(?:s|ve) to|needs? to|(?:is|are) to|promis\w+|guarante\w+|commit\w*|aim\w*|goal|objective"
    r"|target)\b"
)
_FIRMLY: Final = re.compile(rf"{_FIRM}.{{0,60}}?\b{_BACK} .{{0,30}}?{_WITHIN}", re.IGNORECASE)
_SOFTLY: Final = re.compile(rf"\b(?:should|will|can|be|are)\b.{{0,30}}?\b{_BACK} .{{0,30}}?{_WITHIN}", re.IGNORECASE)
_PLAINLY: Final = re.compile(
    rf"\b(?:{_BACK}|recover(?:y|s)?|restor(?:e|es|ation)) .{{0,20}}?{_WITHIN}|\A\W*\Z", re.IGNORECASE
)
"""*Back within 4 hours*, which is a promise only beside others."""
_RECOVERS: Final = re.compile(r"\A\W*to (?:recover|restore|be back)\b", re.IGNORECASE)
_LASTS: Final = re.compile(
    r"\b(?:restor(?:e|es|ing|ation)|recover(?:y|ing)|failover|downtime|outages?"
    r"|(?:is|be) (?:down|unavailable|offline))\b.{0,40}?"
    r"(?:(?:no|not|never)\b.{0,12}(?:longer|more) than|at most|less than|max(?:imum)?(?: of)?|up to) \Z",
    re.IGNORECASE,
)
_MAY: Final = re.compile(r"\b(?:may|must|shall|can|accept\w*|tolera\w+|allow\w*|promis\w+|never)\b", re.IGNORECASE)
_PARTS: Final = re.compile(r"[,;] |[,;]? (?:and|but) ")
_SIGN: Final = re.compile(r"[^0-9]*(?:than|most|to|under|over|[<>≤≥]=?) ?", re.IGNORECASE)
_MOST: Final = r"(?:(?:max(?:imum)?|acceptable|accepted|tolera\w+|allowed|permitted|longest|worst)\.? )+"
_NAMED: Final = (
    (Objective.POINT, re.compile(rf"{_MOST}(?:data )?loss(?: of data)?", re.IGNORECASE)),
    (
        Objective.TIME,
        re.compile(
            rf"{_MOST}(?:down ?time|outage|time to (?:recover(?:y)?|restore))"
            r"|(?:target )?time to (?:recover(?:y)?|restore)|(?:recovery|restore|restoration) (?:target|goal)",
            re.IGNORECASE,
        ),
    ),
)
_SHORTEST: Final = timedelta(minutes=1)
_SAVING: Final = frozenset({Purpose.BACKUP, Purpose.RESTORE, Purpose.DISASTER})
_OTHER: Final = frozenset({Purpose.INCIDENT, Purpose.RESPONSE, Purpose.EMERGENCY, Purpose.SECURITY, Purpose.HEALTH})
"""Purposes of procedures, where a sentence says what to expect next."""
_LONGEST: Final = 600


def recoveries(
    section: Section, placed: Placed, topic: Topic | None, purpose: Purpose | None
) -> tuple[RecoveryObjective, ...]:
    """*We can lose at most fifteen minutes of data*, *the shop must be back within four hours*."""
    text = placed.text
    small = spans.small(text[:_LONGEST])
    if purpose in _OTHER or not any(map(small.__contains__, _SIGNS)) or spans.span(text[:_LONGEST]) is None:
        return ()
    named = next((objective for objective, name in _NAMED if placed.value and name.fullmatch(placed.name)), None)
    if named is not None:
        return (_objective(section, placed, named, placed.value),) if spans.span(placed.value) else ()
    sentences = SENTENCE_END.split(text[:_LONGEST])
    if any(is_told(each) or _NOT_AGREED.search(each) for each in sentences):
        return ()
    among = topic is Topic.OBJECTIVES or purpose in _SAVING
    acts = any(isinstance(each.piece, Block) or each.numbered for each in section.placed)
    found: list[tuple[Objective, str]] = []
    for sentence in sentences:
        found += _in_sentence(sentence, soft=among or not acts, plain=among and not acts)
    return tuple(_objective(section, placed, objective, target) for objective, target in found)


def _in_sentence(sentence: str, *, soft: bool, plain: bool) -> Iterator[tuple[Objective, str]]:
    """The objectives of a sentence with their lengths of time; a plain one counts beside another, too."""
    told = _IN_DISASTER.sub("", sentence)
    if NO_PROMISE.search(told):
        return
    position = 0
    for span in spans.spans(told):
        sign = _SIGN.match(span.text)
        lead = _PARTS.split(told[position : span.start] + (sign.group() if sign else ""))[-1]
        rest = _PARTS.split(told[span.end :])[0]
        position = span.end
        around = f"{lead}{span.text}{rest}"
        if span.longest is None or span.longest < _SHORTEST:
            continue
        if _LOSES.search(around) and _DATA.search(around):
            if (_MIGHT.search(around) and "up to" in around.lower()) or not (plain or _LIMIT.search(around)):
                continue
            yield Objective.POINT, span.text.removeprefix("more than ")
        elif _is_time(lead, rest, soft=soft, plain=plain):
            yield Objective.TIME, span.text
        else:
            continue
        plain = True


def _is_time(lead: str, rest: str, *, soft: bool, plain: bool) -> bool:
    if (
        _FIRMLY.search(lead)
        or (soft and _SOFTLY.search(lead))
        or (_LASTS.search(lead) and (plain or _MAY.search(lead)))
    ):
        return True
    return plain and ((_PLAINLY.search(lead) is not None and lead.strip() != "") or _RECOVERS.match(rest) is not None)


def _objective(section: Section, placed: Placed, objective: Objective, text: str) -> RecoveryObjective:
    return RecoveryObjective(
        objective=objective, target=Stated(text=text, span=spans.length(text)),
        line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip
