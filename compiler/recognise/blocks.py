"""What a block of code states: rules of alerts, people, settings, a schedule of backups; commands are left to steps."""

from collections.abc import Iterator

from compiler.document import Block
from compiler.recognise import front_matter, people, rules, statements, upkeep
from compiler.recognise.facts import Fact, Said
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Purpose
from compiler.recognise.steps import is_code, is_drawing
from compiler.recognise.words import Topic, about


def of_block(section: Section, block: Block, topic: Topic | None) -> Iterator[Fact]:
    """A block's alert rules, contacts and settings; commands in it are none of them."""
    if front_matter.is_front(block):
        yield from front_matter.facts(section, block)
        yield _whole(section, block)
        return
    alerts = tuple(rules.of_block(section, block))
    yield from alerts
    yield from filter(None, map(rules.threshold_of, alerts))
    if topic is Topic.CONTACTS:
        yield from people.of_block(section, block)
    configured = not alerts and statements.is_configuration(block)
    if configured:
        yield from statements.settings(section, block)
    if alerts or configured or is_drawing(block):
        yield _whole(section, block)
    if about(section.title) is Purpose.BACKUP and is_code(block) and (backup := upkeep.scheduled(section, block)):
        yield backup


def _whole(section: Section, block: Block) -> Said:
    last = block.line + block.text.count("\n")
    return Said(text=block.text, line=block.line, last=last, path=section.path)
