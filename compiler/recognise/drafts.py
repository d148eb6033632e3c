"""The commands of a block as steps: each comment leads those below it, and what only remarks is no step of its own."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.document import Block
from compiler.languages import is_inline_command
from compiler.recognise.instruction import Instruction, instruction
from compiler.recognise.leads import is_complete, without_prompt
from compiler.recognise.wording import title_of
from compiler.redis_text import has_redis_prompts
from compiler.root_prompts import with_root_prompts

_COMMENT: Final = re.compile(r"\s*(?:#+(?!!)\s*|--\s+|//\s*)(?P<text>\S.*?)\s*$")
_ANSWER: Final = re.compile(
    r"(?:expected|returns?|response|output|example|should (?:be|return|show|see)|e\.g\."
    r"|ergebnis)\b.{0,40}?(?::\s*|$)(?P<rest>.*)",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"([0-9]{1,3})[.)]")


class Draft(Struct):
    """A step that is still being read: its instruction, its lines, and what stands below it."""

    said: Instruction
    line: int
    last: int
    depth: int | None = None
    """How deep its item stands; None for what is no item."""
    number: int | None = None
    code: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    below: "list[Draft]" = field(default_factory=list)
    leads: bool = False
    """Its words end in a colon: they may only name what stands below."""
    boxed: bool = False
    """It has a box to tick."""


def of_block(block: Block, lead: str) -> Iterator[Draft]:
    """Each comment leads the commands below it; what stands before the first comment is led by what introduces it."""
    draft: Draft | None = None
    answering, prompted, above = False, has_redis_prompts(block.text), ""
    for offset, text in enumerate(with_root_prompts(block.text, block.language).split("\n")):
        line = block.line + offset
        comment = None if prompted or above.endswith("\\") else _COMMENT.match(text)
        answer = _ANSWER.match(comment["text"]) if comment else None
        printed = comment is None or (answering and _COMMENT.match(above) is not None)
        answering = answer is not None or (answering and bool(text.strip()) and printed)
        above = text.rstrip()
        if comment and draft and not answering and _goes_on(comment["text"], draft):
            draft.remarks.append(sentence_of(Instruction(title=comment["text"].lstrip("-*• "))))
            draft.last = line
        elif comment and not answering:
            if draft:
                yield draft
            draft = Draft(said=_of_comment(comment["text"]), line=line, last=line, number=_number(comment["text"]))
        elif draft is None and text.strip():
            said = _of_lead(lead) if lead else Instruction(title=without_prompt(text)[:80])
            draft = Draft(said=said, line=line, last=line)
            draft.code.append(text)
        elif draft and text.strip():
            shown = comment["text"] if comment else text
            (draft.expected if answering else draft.code).append(answer["rest"] if answer else shown)
            draft.last = line
    if draft:
        yield draft


def sentence_of(said: Instruction) -> str:
    """What is told, as one sentence among others."""
    text = f"{said.title}: {said.detail}" if said.detail else said.title
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _goes_on(comment: str, draft: Draft) -> bool:
    """Whether a comment belongs to the one above it, which leads nothing yet: a bullet, or a command left out."""
    return not draft.code and (comment.startswith(("- ", "* ", "• ")) or is_inline_command(comment, about_redis=False))


def _of_lead(lead: str) -> Instruction:
    """What a sentence above the block tells; when to do so is about the sentence alone where that is complete."""
    said = instruction(lead.rstrip(":"))
    return replace(said, condition="") if is_complete(lead) else said


def _of_comment(text: str) -> Instruction:
    return instruction(title_of(text))


def _number(text: str) -> int | None:
    match = _NUMBERED.match(text)
    return int(match[1]) if match else None


def is_commented(block: Block) -> bool:
    """True for code that begins with a comment, which names it."""
    first, _, _ = block.text.strip().partition("\n")
    return _COMMENT.match(first) is not None
