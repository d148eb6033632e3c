"""What a page's own settings say: which alert it is for, how bad that is, whose it is, and when it was read."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Block
from compiler.recognise import upkeep
from compiler.recognise.facts import AlertRule, Contact, Review, Setting
from compiler.recognise.outline import Section
from compiler.recognise.reaches import reaches
from compiler.recognise.wording import is_empty

_FIRST: Final = 2
"""The line that the settings of a page begin in."""
_KEY: Final = re.compile(r"(?P<key>[A-Za-z][\w .-]{0,60}?)\s*:\s*(?P<value>.*)")
_ENTRY: Final = re.compile(r"\s*-\s+(?P<value>\S.*)")
_ALERT: Final = re.compile(r"(?:triggering[_ -])?alert(?:s|[_ -]?names?)?|triggered[_ -]by", re.IGNORECASE)
_SEVERITY: Final = re.compile(r"severity|priority|sev", re.IGNORECASE)
_REVIEW_IN: Final = re.compile(r"review(?:ed)? in", re.IGNORECASE)
_PEOPLE: Final = re.compile(
    r"(?:service[_ -])?(?:(?:owners?|owning|teams?)(?:[_ -](?:slack|teams?|channel|e?mail|contact))?|contacts?"
    r"|maintainers?|escalat(?:ion|e)(?:[_ -]\w+)?|on[_ -]?call(?:[_ -]\w+)?"
    r"|slack(?:[_ -]channel)?|channel|pager(?:duty)?|approvers?)",
    re.IGNORECASE,
)


def is_front(block: Block) -> bool:
    """True for what stands before a page, for its generator."""
    return not block.headings and block.line == _FIRST and block.language == "yaml"


def facts(section: Section, block: Block) -> Iterator[AlertRule | Contact | Review | Setting]:
    """Each setting as what it says, in order."""
    pairs = list(_pairs(block))
    severity = next((value for _, key, value in pairs if _SEVERITY.fullmatch(key)), "")
    for line, key, value in pairs:
        words = _REVIEW_IN.sub("review every", key.replace("_", " ").replace("-", " "))
        if is_empty(value):
            continue
        yield from upkeep.reviews(section, f"{words}: {value}".replace(" every: ", " every "), line, line)
        if _ALERT.fullmatch(key):
            yield AlertRule(name=value, severity=severity, line=line, last=line, path=section.path)
        elif _PEOPLE.fullmatch(key):
            yield Contact(role=words, reaches=reaches(value), line=line, last=line, path=section.path)
        else:
            yield Setting(name=key, value=value, line=line, last=line, path=section.path)


def _pairs(block: Block) -> Iterator[tuple[int, str, str]]:
    """Line, key and value of each setting; one for each entry of a list."""
    key = ""
    for line, text in enumerate(block.text.split("\n"), block.line):
        found, entry = _KEY.fullmatch(text[:300]), _ENTRY.fullmatch(text[:300])
        if found:
            key = found["key"]
            value = found["value"].strip()
            listed = value.startswith("[") and value.endswith("]")
            for each in value[1:-1].split(",") if listed else [value]:
                yield line, key, each.strip(" \"'")
        elif entry and key:
            yield line, key, entry["value"].strip(" \"'")
