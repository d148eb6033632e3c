"""The words of a command line as its program gets them: quotes taken off, variables filled in, nothing computed."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from tree_sitter import Node

from compiler.placeholders import Blanks, is_reference_name
from compiler.proof.references import is_credential_next
from compiler.shell_dates import printed, shape_of
from compiler.shell_parts import Unshellable
from compiler.shell_tree import REFUSED, check_bare
from compiler.shell_variables import SHELLS_OWN

_EXPANDED: Final = re.compile(r"\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*(?::?\?[^{}$`\\]*)?\}", re.ASCII)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED_IN_QUOTES: Final = re.compile(r'\\([$`"\\\n])')


class Words(Struct, frozen=True, kw_only=True):
    """The text being read, and what is known of its variables."""

    source: bytes
    variables: Mapping[str, str]
    blanks: Blanks

    def text(self, node: Node) -> str:
        """What a node of the tree is written as."""
        return self.source[node.start_byte : node.end_byte].decode()

    def word(self, node: Node) -> str:
        """One word as the program would get it; unset variables give way to their samples."""
        if node.type == "word" and "\\" not in (plain := self.text(node)):
            check_bare(plain)
            return plain
        pieces = list(self._pieces(node))
        check_bare("".join(text if bare else "x" * len(text) for text, bare in pieces))
        return "".join(text for text, _ in pieces)

    def _pieces(self, node: Node) -> Iterator[tuple[str, bool]]:
        """The parts of a word, each with whether it stands bare of quotes."""
        if node.type in ("word", "number", "variable_name"):
            yield from self._bare(self.text(node))
        elif node.type == "raw_string":
            yield self.text(node)[1:-1], False
        elif node.type == "string":
            yield self._quoted(node), False
        elif node.type == "concatenation":
            for child in node.children:
                yield from self._pieces(child)
        elif node.type in ("simple_expansion", "expansion"):
            yield self._expanded(node, bare=True), False
        elif node.type == "command_substitution" and (moment := self.moment(node)) is not None:
            yield moment, False
        elif not node.is_named and node.type in ("[", "]", "{", "}", "=", "==", "=~", "+", "!"):
            yield node.type, True
        else:
            raise Unshellable(REFUSED.get(node.type, f"{node.type.replace('_', ' ')} is nothing that a word may hold"))

    def _bare(self, written: str) -> Iterator[tuple[str, bool]]:
        position = 0
        for match in _ESCAPED.finditer(written):
            yield written[position : match.start()], True
            yield "" if match[1] == "\n" else match[1], False
            position = match.end()
        yield written[position:], True

    def _quoted(self, node: Node) -> str:
        """What is between double quotes; the tree leaves out line ends, so the text between its nodes is taken."""
        result, position = "", node.start_byte + 1
        for child in node.children[1:-1]:
            if child.type == "string_content":
                continue
            result += self._unescaped(position, child.start_byte)
            if child.type in ("simple_expansion", "expansion"):
                result += self._expanded(child, bare=False)
            elif child.type == "command_substitution" and (moment := self.moment(child)) is not None:
                result += moment
            else:
                raise Unshellable(REFUSED.get(child.type, f"{child.type} is nothing that a text may hold"))
            position = child.end_byte
        return result + self._unescaped(position, node.end_byte - 1)

    def _unescaped(self, start: int, end: int) -> str:
        written = self.source[start:end].decode()
        return _ESCAPED_IN_QUOTES.sub(lambda match: "" if match[1] == "\n" else match[1], written)

    def _expanded(self, node: Node, *, bare: bool) -> str:
        named = [child for child in node.children if child.type == "variable_name"]
        written = self.text(node)
        if len(named) != 1 or not _EXPANDED.fullmatch(written):
            raise Unshellable(f"{written[:40]} is computed by the shell: write the value, or a plain $NAME")
        value = self.value(self.text(named[0]), written, self.source[: node.start_byte].decode())
        if bare and re.search(r"[\s*?\[]", value):
            raise Unshellable(f"{written} holds several words or a pattern: write it in the command")
        return value

    def value(self, name: str, written: str, before: str = "") -> str:
        """What a variable holds; a sample where no line above sets it."""
        if name in self.variables:
            return self.variables[name]
        if name in SHELLS_OWN:
            raise Unshellable(f"${name} depends on who runs it: write the value")
        if is_reference_name(name) or is_credential_next(before):
            return f"${name}"
        return self.blanks.sample_of(name, written)

    def moment(self, node: Node) -> str | None:
        """The sample for `$(date …)`, in the shape that it prints; None when it is another command."""
        inner = [child for child in node.children if child.is_named]
        if len(inner) != 1 or inner[0].type != "command" or inner[0].children[0].type != "command_name":
            return None
        if self.text(inner[0].children[0]) != "date":
            return None
        words = [self.word(child) for child in inner[0].children[1:]]
        shape = shape_of(words)
        if shape is None:
            return None
        sample = printed(shape, len(self.blanks.by_name))
        return self.blanks.sample_of("time" if "%s" in shape else "date", self.text(node), sample=sample)
