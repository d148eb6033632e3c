"""The words that lead a command: which of them name it, and which only say that it comes."""

import re
from typing import Final

from compiler.recognise.instruction import SENTENCE_END
from compiler.recognise.words import is_told

_ANNOUNCES: Final = re.compile(
    r":$|\b(?:following|below|as follows)\b[^.:]*\.?$"
    r"|\b(?:run|execute|use|try|with|via)(?: (?:this|these|it|them))?\.?$",
    re.IGNORECASE,
)
_LEADS_ON: Final = re.compile(
    r"(?:then|next|now|also|so|it|this|these|that|they|we|you|there|here|for|examples?|note|in|once|as|and|but)\b"
    r"|.*\b(?:following|follows?|below|(?:this|these) (?:process|format|order|steps?|commands?))\b",
    re.IGNORECASE,
)
_LISTS: Final = re.compile(
    r"\b(?:include[sd]?|including|caused by|such as|like|look(?:ing)? for|for example|e\.g\.|examples?|knows?|means?"
    r"|assumes?\b.{0,80}|configures?\b.{0,40}|consists? of|(?:usage|list|number) of|event which|happens?|because"
    r"|the following \w+ (?:are|is) (?:met|true)|(?:for|has|have|uses?|with|of|following) (?:\w+ ){0,3}"
    r"(?:services|alerts|conditions|states|parameters|columns|fields|metrics|problems|things|reasons|values|names|fqdns))"
    r"\W{0,3}:$",
    re.IGNORECASE,
)
_NEAR: Final = 200
_FAR: Final = 2_000
_PROMPT: Final = re.compile(r"(?:MariaDB \[[^\]\s]*\]>|[^\s$#%>]{0,60}[$#%>]) +(?=\S)")
_BARE: Final = re.compile(
    r"(?:then|now|next|please|first|finally|and|or|you can|you may|just)?,?\s*"
    r"(?:run|execute|use|try|type|issue|enter|do|commands?|example|e\.g|for example|like this|as follows)?"
    r"(?:\s*(?:the|this|these|that|it|following|commands?|query|queries|script|below|with|via|one|both|of|so|by|running"
    r"|as|follows))*[\s.:]*",
    re.IGNORECASE,
)


def lead_of(sentence: str) -> str:
    """The sentence above a block that introduces it; empty where that names nothing.

    It is the last one, unless that only remarks on one that tells what to do.
    """
    sentences = SENTENCE_END.split(sentence[-_FAR:])
    told = [each for each in sentences if is_told(each)]
    last = (told if told and not announces(sentences[-1]) else sentences)[-1].strip()
    return "" if _BARE.fullmatch(last) else last


def leads_on(label: str) -> bool:
    """Whether a sentence only says that something comes, and names nothing: *It includes*, *Follow this process*."""
    return _LEADS_ON.match(label) is not None


def lists_things(sentence: str) -> bool:
    """Whether a sentence says that things are listed below it, none of which is done: *It is caused by:*."""
    near = sentence[-_NEAR:].rstrip()
    return near.endswith(":") and _LISTS.search(near) is not None


def is_complete(lead: str) -> bool:
    """Whether a sentence says all that it has to say, also when to do it, and leads nothing by itself."""
    return lead.endswith((".", "!")) and not announces(lead)


def first_told(text: str, longest: int) -> str:
    """The text, or its first sentence where the whole is too long."""
    return text if len(text) <= longest else SENTENCE_END.split(text[:_FAR])[0]


def without_prompt(line: str) -> str:
    """A line of a session as it was typed."""
    return _PROMPT.sub("", line.strip(), count=1)


def announces(text: str) -> bool:
    """Whether the end of a text says that a command comes."""
    return _ANNOUNCES.search(text.rstrip()[-120:]) is not None
