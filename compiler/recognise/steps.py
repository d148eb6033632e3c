"""Steps in order, from list items, from the comments that lead the commands of a block, and from sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.document import Block, Item, Sentence, Table
from compiler.recognise.handing import noted, taken
from compiler.recognise.instruction import Instruction, condition_alone, instruction
from compiler.recognise.outline import Placed
from compiler.recognise.procedure import Hold, Step
from compiler.recognise.wording import bare, title_of
from compiler.recognise.words import is_told, role_of

_DATA: Final = frozenset(
    {"json", "yaml", "yml", "toml", "ini", "xml", "html", "css", "text", "txt", "output", "log", "env"}
    | {"properties", "conf", "hcl", "diff", "csv", "nginx", "mermaid", "dot"}
)
_COMMENT: Final = re.compile(r"\s*(?:#+(?!!)\s*|--\s+|//\s*)(?P<text>\S.*?)\s*$")
_ANSWER: Final = re.compile(
    r"(?:expected|returns?|response|output|example|should (?:be|return|show|see)|e\.g\."
    r"|ergebnis)\b.{0,40}?(?::\s*|$)(?P<rest>.*)",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"(?:(?:only )?(?:if|when)|unless|in case|otherwise|else|falls|wenn|sonst)\b", re.IGNORECASE
)
_DRAWING: Final = re.compile(r"[\u2500-\u257F\u25B2-\u25C4]|^\s*(?:\+-{3,}|\|.*\|\s*$)", re.MULTILINE)
_NUMBERED: Final = re.compile(r"([0-9]{1,3})[.)]")
_PRINTED: Final = re.compile(r"\s*[{}\[\]\"]")

_WHY: Final = re.compile(r"if|when|conditions?|causes?|cases?|situations?|wenn|falls", re.IGNORECASE)
_WHAT: Final = re.compile(
    r"then|do|(?:what|how)(?: to do)?|actions?|steps?|tasks?|checks?|purpose|description|goal|dann|aufgabe",
    re.IGNORECASE,
)
_HOW: Final = re.compile(r"commands?|run|cli|quer(?:y|ies)|how(?: to (?:look|check|run))?|befehle?", re.IGNORECASE)


class _Draft(Struct):
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
    below: "list[_Draft]" = field(default_factory=list)


def steps(placed: Sequence[Placed], *, causes: bool = False) -> tuple[Step | Hold, ...]:
    """The steps that the pieces tell, with holds between them. ``causes`` as in ``instruction``."""
    drafts: list[_Draft] = []
    level = drafts  # Where the next item stands: below a condition with a colon, else beside what came before.
    top = min((each.piece.depth for each in placed if isinstance(each.piece, Item)), default=0)
    for index, each in enumerate(placed):
        piece = each.piece
        if is_warning(each):
            continue
        if isinstance(piece, Item):
            _level_of(piece.depth, level, top).append(_of_item(each, piece, causes=causes))
        elif isinstance(piece, Block):
            led = level is not drafts and not level
            belongs = led or (index > 0 and _belongs(placed[index - 1], piece))
            item = _level_of(piece.depth - 1, level, top) if belongs else level
            _take_block(drafts if led else item, each, piece, belongs=belongs)
            level = drafts if led else level
        elif isinstance(piece, Sentence):
            told = not piece.quoted and is_instruction(each)
            drafts.extend(_of_sentences(each, piece, causes=causes) if told else ())
            level = drafts[-1].below if told and _leads(drafts[-1], piece) else drafts
        elif isinstance(piece, Table):
            drafts.extend(_of_table(piece))
    return tuple(_finished(drafts))


def _level_of(depth: int, level: list[_Draft], top: int) -> list[_Draft]:
    """Where an item of this depth stands: beside what came before, or below it where it is nested deeper."""
    while level and depth > (top if level[-1].depth is None else level[-1].depth):
        level = level[-1].below
    return level


def _leads(draft: _Draft, piece: Sentence) -> bool:
    """True for a condition for what stands below it: *If the pool is exhausted:*."""
    alone = not draft.code or bool(condition_alone(piece.text))
    return bool(draft.said.condition) and piece.text.rstrip().endswith(":") and alone


def is_warning(placed: Placed) -> bool:
    """True for words of a warning that tell nothing to do: they are about what comes next."""
    piece = placed.piece
    if isinstance(piece, Item):
        return piece.warns and not piece.codes and not is_told(piece.text)
    return isinstance(piece, Sentence) and piece.warns


def is_instruction(placed: Placed) -> bool:
    """True for a sentence that tells somebody what to do, and for one with a condition in front."""
    text = _told(placed)
    return is_told(text) or _CONDITION.match(text) is not None


def _told(placed: Placed) -> str:
    """What a sentence says behind its name; a name that is a condition belongs to it: *If the pool is full: …*."""
    return placed.text if condition_alone(placed.name) or _names_code(placed) else placed.value or placed.text


def _names_code(placed: Placed) -> bool:
    """True for *Wait until it is stable: `…`*, whose name tells to do what its value does."""
    codes = placed.piece.codes if isinstance(placed.piece, Sentence) else ()
    return is_told(placed.name) and placed.value.rstrip(".") in [code.text for code in codes]


def is_code(block: Block) -> bool:
    """True for a block that may hold commands: no data, no drawing, no printed answer."""
    if block.language in _DATA or not block.text.strip():
        return False
    return bool(block.language) or not (_DRAWING.search(block.text) or _PRINTED.match(block.text))


def is_drawing(block: Block) -> bool:
    """True for boxes and arrows made of characters."""
    return block.language in ("", "text", "mermaid") and _DRAWING.search(block.text) is not None


def _of_item(placed: Placed, item: Item, *, causes: bool) -> _Draft:
    bullet = item.number is None and placed.value and role_of(placed.name) is not None
    said = instruction(placed.value) if bullet else instruction(item.text, placed.name, placed.value, causes=causes)
    code = [code.text for code in item.codes]
    return _Draft(said=said, line=placed.line, last=placed.last, depth=item.depth, number=item.number, code=code)


def _of_sentences(placed: Placed, piece: Sentence, *, causes: bool) -> Iterator[_Draft]:
    """A step a sentence of the paragraph; what only remarks on the step before it is that step's detail."""
    draft: _Draft | None = None
    if _names_code(placed):
        said = instruction(placed.text, placed.name, placed.value, causes=causes)
        yield _Draft(said=said, line=placed.line, last=placed.last, code=[code.text for code in piece.codes])
        return
    for text in re.split(r"(?<=[.!])\s+(?=[A-Z])", _told(placed)):
        if draft and not is_told(text) and not _CONDITION.match(text):
            draft.remarks.append(text)
            continue
        if draft:
            yield draft
        code = [code.text for code in piece.codes if code.text in text]
        draft = _Draft(said=instruction(text, causes=causes), line=placed.line, last=placed.last, code=code)
    if draft:
        yield draft


def _of_table(table: Table) -> Iterator[_Draft]:
    """A step a row: *If | Then | Command*, *Task | Command*. A table that says neither what to do nor how has none."""
    when, told, how = (_column(table, pattern) for pattern in (_WHY, _WHAT, _HOW))
    if how is None and (when is None or told is None):
        return
    for row in table.rows:
        why, what = (row.cells[n] if n is not None and n < len(row.cells) else "" for n in (when, told))
        if (row.codes or how is None) and (what or why):
            said = instruction(what or why)
            condition = condition_alone(f"{why}:") or why if what else ""
            code = [each.text for each in row.codes]
            yield _Draft(
                said=replace(said, condition=condition or said.condition), line=row.line, last=row.line, code=code
            )


def _column(table: Table, pattern: re.Pattern[str]) -> int | None:
    return next((n for n, header in enumerate(table.header) if pattern.fullmatch(bare(header))), None)


def _belongs(above: Placed, block: Block) -> bool:
    """Code belongs to the item above it when that item announces it, or is what the code stands in."""
    piece = above.piece
    if isinstance(piece, Block):
        return False
    return isinstance(piece, Item) and (piece.text.endswith(":") or block.sentence == piece.text)


def _take_block(drafts: list[_Draft], placed: Placed, block: Block, *, belongs: bool) -> None:
    if not is_code(block):
        if drafts:
            drafts[-1].expected.append(block.text)
            drafts[-1].last = placed.last
        return
    found = list(_of_block(block))
    if not belongs or not drafts:
        drafts.extend(found)
        return
    drafts[-1].last = placed.last
    if len(found) > 1 or found[0].expected or found[0].said.hold:
        drafts[-1].below.extend(found)
    drafts[-1].code.append(block.text)


def _of_block(block: Block) -> Iterator[_Draft]:
    """Each comment leads the commands below it; what stands before the first comment is led by what introduces it."""
    draft: _Draft | None = None
    answering = False
    for offset, text in enumerate(block.text.split("\n")):
        line = block.line + offset
        comment = _COMMENT.match(text)
        answer = _ANSWER.match(comment["text"]) if comment else None
        answering = answer is not None or (answering and bool(text.strip()) and comment is None)
        if comment and not answer:
            if draft:
                yield draft
            draft = _Draft(said=_of_comment(comment["text"]), line=line, last=line, number=_number(comment["text"]))
        elif draft is None and text.strip():
            lead = block.sentence or block.label
            said = instruction(lead.rstrip(":")) if lead else Instruction(title=text.strip().removeprefix("$ ")[:80])
            draft = _Draft(said=said, line=line, last=line)
            draft.code.append(text)
        elif draft and text.strip():
            (draft.expected if answering else draft.code).append(answer["rest"] if answer else text)
            draft.last = line
    if draft:
        yield draft


def _of_comment(text: str) -> Instruction:
    return instruction(title_of(text))


def _number(text: str) -> int | None:
    match = _NUMBERED.match(text)
    return int(match[1]) if match else None


def _finished(drafts: Iterable[_Draft]) -> Iterator[Step | Hold]:
    for draft in drafts:
        said = draft.said
        if said.hold is None:
            yield _step(draft, said)
            continue
        hold = Hold(span=said.hold, text=said.title, condition=said.condition, line=draft.line, last=draft.line)
        if said.first:
            # What stands below belongs to what is done before the wait.
            yield from (_step(draft, instruction(said.first)), hold)
            if said.then:
                yield Step(title=instruction(said.then).title, line=draft.line, last=draft.line)
            continue
        yield hold
        if said.then or draft.code or draft.below:
            yield _step(draft, instruction(said.then) if said.then else said)


def _step(draft: _Draft, said: Instruction) -> Step:
    detail = " ".join(filter(None, (said.detail, *draft.remarks)))
    told = f"{said.title}. {detail}"
    parts = tuple(_finished(draft.below))
    return Step(
        title=said.title,
        detail=detail,
        number=draft.number,
        condition=said.condition or (condition_alone(said.title) if draft.below else ""),
        alternative=said.alternative,
        after=said.after,
        within=said.within,
        expected="\n".join(filter(None, draft.expected)),
        gives=noted(told),
        takes=taken(told),
        manual=not any(draft.code),
        parts=parts,
        line=draft.line,
        last=max([draft.last, *(part.last for part in parts)]),
    )
