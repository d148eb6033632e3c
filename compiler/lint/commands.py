"""What lint says about single commands: refused, unbounded, hidden or typographic characters, unclear blanks."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.compiling.compiled import Compiled
from compiler.document import Block
from compiler.found import Found
from compiler.lint.capitals import marked, unmarked
from compiler.lint.credentials import Hide, holds_secret
from compiler.lint.remark import Remark, Weight
from compiler.lint.rewrites import bounded_form, instead_of, rewrite_of, said_to
from compiler.proof.characters import hiding_character, word_processor_character
from incident.verdict import Verdict

_MARKED: Final = re.compile(r"<[A-Za-z][^<>\n]*>|\{\{[^{}\n]+\}\}|\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|\$\([^()]*\)")
_COULD_BE_REAL: Final = re.compile(
    r"\b(?:your|my)[-_]\w+|\b\w+[-_]here\b|\bYOUR_\w+|[\w+-]+@example\.(?:com|org|net)\b", re.IGNORECASE
)
_ENDLESS: Final = re.compile(
    r"\b(?:logs?|tail|journalctl|dmesg)\b[^|]*\s(?:-[a-zA-Z]*[fF]\b|--follow\b)|\s(?:-w|--watch)\b|\bwatch\b"
    r"|\bstats\b(?!.*--no-stream)|\bMONITOR\b|\b(?:P?SUBSCRIBE)\b|--latency|--stat\b|^\s*(?:h?top|vmstat|iostat)\b"
)
_SETS_ONLY: Final = re.compile(r"it only sets|only changes the state of the shell")
_LAYOUT: Final = re.compile("[\u00a0\u2000-\u200a\u202f\u3000\u200d\ufe0f]")
"""Spaces that typographers use, and what joins the parts of an emoji: harmless in words, never in a command."""
_LONGEST: Final = 160


def of_commands(compiled: Compiled, hide: Hide) -> Iterator[Remark]:
    """What every command of the runbook gives cause to say; one that holds a secret is not shown again."""
    typed = {(each.block, each.session): each for each in reversed(compiled.found) if each.session}
    for found in compiled.found:
        shown = _shown(found, hide)
        yield from _verdict(found, shown, typed.get((found.block, found.text)))
        yield from _blanks(found, shown)


def of_text(text: str, compiled: Compiled) -> Iterator[Remark]:
    """Characters that hide something, anywhere; typographic ones where a command is."""
    code = _code_lines(compiled)
    for number, line in enumerate(text.split("\n"), 1):
        shown = line.removesuffix("\r").removeprefix("\ufeff" if number == 1 else "")
        if hidden := hiding_character(shown if number in code else _LAYOUT.sub(" ", shown)):
            yield Remark(
                line=number, rule="hidden-character", weight=Weight.ERROR,
                text=f"{hidden} stands here and does not show: delete it.",
            )  # fmt: skip
    for found in compiled.found:
        if typed := word_processor_character(found.text):
            yield Remark(
                line=found.line, rule="typographic-character", weight=Weight.ERROR,
                text=f"A word processor put {typed} into this command: type the plain character.",
                instead=rewrite_of(found),
            )  # fmt: skip


def _code_lines(compiled: Compiled) -> set[int]:
    blocks = [piece for piece in compiled.document.pieces if isinstance(piece, Block)]
    lines = {line for block in blocks for line in range(block.line, block.line + block.text.count("\n") + 1)}
    return lines | {found.line for found in compiled.found}


def _verdict(found: Found, shown: str, said: Found | None) -> Iterator[Remark]:
    """``said`` is the first line that is typed into the client which this command opens."""
    judgement = found.proof.judgement
    if judgement.verdict is Verdict.READ_ONLY and judgement.rewrite:
        yield from _unbounded(found, shown)
    if judgement.verdict is not Verdict.REFUSED or word_processor_character(found.text):
        return
    if _SETS_ONLY.search(judgement.reason) or (found.state and not re.search(r"\$\(|`", found.text)):
        yield _shell_state(found, shown)
    elif said is not None:
        yield Remark(
            line=found.line, rule="refused-command", weight=Weight.NOTE,
            text=f"{shown} opens a session that a person types into; Muster judges each line below it.",
            instead=said_to(found.text, said.text),
        )  # fmt: skip
    else:
        yield Remark(
            line=found.line, rule="refused-command", weight=Weight.ERROR,
            text=f"{shown} may not run as it is written: {judgement.reason}.",
            instead=instead_of(found),
        )  # fmt: skip


def _shell_state(found: Found, shown: str) -> Remark:
    """Where the author's shell stands or what it remembers is nothing that a step could run."""
    moves = re.match(r"\s*(?:cd|pushd|popd)\b", found.text)
    does = "is only about where its author's shell stands" if moves else "only sets a variable of its author's shell"
    return Remark(
        line=found.line, rule="shell-state", weight=Weight.NOTE,
        text=f"{shown} {does}, and Muster runs every command by itself.",
        instead="the whole path in the command that needs it" if moves else "the value in the command that needs it",
    )  # fmt: skip


def _unbounded(found: Found, shown: str) -> Iterator[Remark]:
    keys = re.search(r"\bKEYS\s", found.text)
    if not (keys or _ENDLESS.search(found.text)):
        return  # Muster adds a limit; as it stands the command comes to its end too.
    does = "holds Redis up while it looks at every key" if keys else "runs until somebody stops it"
    yield Remark(
        line=found.line, rule="unbounded-read", weight=Weight.NOTE,
        text=f"{shown} {does}; Muster runs a bounded form.", instead=bounded_form(found),
    )  # fmt: skip


def _blanks(found: Found, shown: str) -> Iterator[Remark]:
    """A blank that a reader could take for a value: `user-id-here`, `YOUR_ID`, an example's address."""
    if words := unmarked(found):
        yield Remark(
            line=found.line, rule="ambiguous-placeholder", weight=Weight.WARNING,
            text=f"{shown} holds {', '.join(words)}: only the capitals say that it is to be filled in, and to the tool "
            "it is a name.",
            instead=marked(found, words),
        )  # fmt: skip
    parameters = found.proof.parameters
    rest, marks = _MARKED.subn("", found.text)
    if parameters and (not marks or _COULD_BE_REAL.search(rest)):
        names = ", ".join(parameter.name for parameter in parameters)
        yield Remark(
            line=found.line, rule="ambiguous-placeholder", weight=Weight.WARNING,
            text=f"{shown} holds a value to be filled in ({names}) that could be taken for a real one.",
            instead=", ".join(f"{{{{{parameter.name}}}}}" for parameter in parameters),
        )  # fmt: skip


def _shown(found: Found, hide: Hide) -> str:
    """The command between quotes, as far as it fits: a build's log has more readers than the runbook."""
    text = " ".join(found.text.split())
    if "credential" in found.proof.judgement.reason or holds_secret(text, hide):
        return "This command"
    return f"“{text}”" if len(text) <= _LONGEST else f"“{text[:_LONGEST]}…”"
