"""One command line of a shell, understood and never run: which programs with which words, in pipes and lists.

tree-sitter reads it; every node of its tree must be one that is known here. Whatever would make a shell compute words
(substitution, braces, tilde), start things behind the reader's back (background, functions) or hide text is refused
with its own reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace
from tree_sitter import Node

from compiler.placeholders import Blanks
from compiler.shell_parts import Pipe, Program, Redirection, Unshellable
from compiler.shell_tree import REFUSED, check_name, holds_variable, runs_over_a_line, statements, tree_of
from compiler.shell_variables import keeps_one, kept_output, steers
from compiler.shell_words import Words

MAX_CHARACTERS: Final = 20_000
_DOCUMENT_PARTS: Final = {"<<", "<<-", "heredoc_start", "heredoc_body", "heredoc_end", "file_redirect"}


def read(text: str, variables: Mapping[str, str], blanks: Blanks) -> tuple[Pipe, ...]:
    """The pipes of one command line, joined by `&&`, `||` or `;`. Raises Unshellable with the reason."""
    if len(text) > MAX_CHARACTERS:
        raise Unshellable(f"longer than {MAX_CHARACTERS} characters")
    source = text.encode()
    root = tree_of(source)
    if root.has_error:
        raise Unshellable("the shell could not read it: a quote, bracket or redirection is not complete")
    if runs_over_a_line(root, source):
        raise Unshellable("a line ends inside a command: write each command on a line of its own")
    reader = _Reader(source=source, variables=variables, blanks=blanks)
    pipes = tuple(pipe for node in statements(root) for pipe in reader.pipes(node))
    if not pipes:
        raise Unshellable("there is no command")
    return pipes


class _Reader(Words, frozen=True, kw_only=True):
    """How the statements of the text are read, whose words are read already."""

    def pipes(self, node: Node) -> Iterator[Pipe]:
        """The pipes of a statement, from left to right."""
        parts: list[Pipe] = []
        while node.type == "list":
            left, operator, right = (child for child in node.children if child.type != "comment")
            if operator.type not in ("&&", "||"):
                raise Unshellable(f"{operator.type} has no place here")
            parts.append(self._pipe(right))
            node = left
        yield from self._first_pipes(node)
        yield from reversed(parts)

    def _first_pipes(self, node: Node) -> Iterator[Pipe]:
        """What stands left in a list; `a && b 2>x | c` is given with the list inside the redirection and the pipe."""
        inner = node.children[0] if node.children else node
        if node.type == "redirected_statement" and inner.type in ("list", "pipeline"):
            *before, last = self.pipes(inner)
            yield from before
            yield self._redirected(last, node)
        elif node.type == "pipeline" and inner.type == "redirected_statement" and inner.children[0].type == "list":
            *before, last = self.pipes(inner)
            yield from before
            yield replace(last, programs=(*last.programs, *self._programs(node.children[1:])))
        else:
            yield self._pipe(node)

    def _pipe(self, node: Node) -> Pipe:
        if node.type == "negated_command" and node.children[1].type != "negated_command":
            return self._pipe(node.children[1])
        if node.type == "redirected_statement" and node.children[0].type in ("pipeline", "command"):
            return self._redirected(self._pipe(node.children[0]), node)
        if node.type == "pipeline":
            return Pipe(programs=tuple(self._programs(node.children)))
        if node.type == "command":
            return Pipe(programs=(self._program(node),))
        bare = node.children[0] if node.type == "redirected_statement" else node
        if bare.type == "file_redirect":
            return Pipe(programs=(Program(argv=(":",), redirections=(self._redirection(bare)[0],)),))
        if node.type == "variable_assignment":
            return self._assignment(node)
        if node.type in ("variable_assignments", "declaration_command"):
            return self._declaration(node)
        raise Unshellable(REFUSED.get(node.type, f"{node.type.replace('_', ' ')} is nothing that a step may hold"))

    def _programs(self, children: Sequence[Node]) -> Iterator[Program]:
        for child in children:
            if child.type == "|":
                continue
            if not child.is_named:
                raise Unshellable(f"{child.type} has no place in a pipe")
            pipe = self._pipe(child)
            if not pipe.programs or pipe.kept_as is not None:
                raise Unshellable("only programs may stand in a pipe")
            yield from pipe.programs

    def _assignment(self, node: Node) -> Pipe:
        name, operator, *_ = node.children
        value = node.children[-1]
        if name.type != "variable_name":
            raise Unshellable("a part of an array, whose place the shell computes: give each value a name of its own")
        if (kept := kept_output(value)) is not None and self.moment(kept) is None:
            if steers(self.text(name)):
                raise Unshellable(f"{self.text(name)} steers the shell and what it starts: another name")
            return self._kept(self.text(name) if operator.type == "=" else "", kept)
        if len(node.children) > 2:
            self.word(value)
        return Pipe(sets_state=f"it only sets the variable {self.text(name)} of the shell")

    def _kept(self, name: str, output: Node) -> Pipe:
        """The command whose output a variable takes: it is what happens, and its verdict is the line's.

        No name stands for what the variable holds already and more (`NAME+=`).
        """
        inner = [child for child in output.children if child.is_named and child.type != "comment"]
        if len(inner) != 1 or output.children[0].type not in ("$(", "`"):
            raise Unshellable(REFUSED["command_substitution"])
        pipes = list(self.pipes(inner[0]))
        if len(pipes) != 1 or pipes[0].sets_state or pipes[0].kept_as is not None:
            raise Unshellable("only one command's output may be kept in a variable")
        return replace(pipes[0], kept_as=name)

    def _declaration(self, node: Node) -> Pipe:
        """`export A=1 B=2`; `export A=$(…)` keeps an output as `A=$(…)` does."""
        if (keeping := keeps_one(node)) is not None:
            return self._assignment(keeping)
        for child in node.children:
            if child.type == "variable_assignment" and len(child.children) > 2:
                self.word(child.children[-1])
        return Pipe(sets_state="it only sets variables of the shell")

    def _redirected(self, pipe: Pipe, statement: Node) -> Pipe:
        """The pipe with the redirections of a statement, which belong to its last program."""
        if not pipe.programs:
            raise Unshellable("a redirection without a program")
        *before, last = pipe.programs
        for node in statement.children[1:]:
            if node.type == "heredoc_redirect":
                files = [self._redirection(child)[0] for child in node.children if child.type == "file_redirect"]
                last = replace(last, document=self._document(node), redirections=(*last.redirections, *files))
            elif node.type == "file_redirect":
                redirection, words = self._redirection(node)
                last = replace(last, argv=last.argv + words, redirections=(*last.redirections, redirection))
            else:
                raise Unshellable(REFUSED.get(node.type, f"{node.type} has no place here"))
        return replace(pipe, programs=(*before, last))

    def _redirection(self, node: Node) -> tuple[Redirection, tuple[str, ...]]:
        """The redirection, and the program's words that follow it."""
        children = list(node.children)
        descriptor = self.text(children.pop(0)) if children[0].type == "file_descriptor" else ""
        operator = children.pop(0).type
        words = [self.word(child) for child in children]
        return Redirection(operator=descriptor + operator, file=words[0] if words else ""), tuple(words[1:])

    def _document(self, node: Node) -> str:
        """The text between `<<EOF` and `EOF`."""
        if not {child.type for child in node.children} <= _DOCUMENT_PARTS:
            raise Unshellable("what follows << on its line must be nothing but the end of the line")
        start = next(child for child in node.children if child.type == "heredoc_start")
        end = next((child for child in node.children if child.type == "heredoc_end"), None)
        first = self.source.find(b"\n", start.end_byte) + 1
        body = self.source[first : end.start_byte].decode() if end and first else ""
        if self.text(start)[0] in "'\"\\":
            return body
        if "`" in body or "$(" in body:
            raise Unshellable("the text after << is not quoted, so the commands inside it would run first, unseen")
        return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda match: self.value(match[1], match[0]), body)

    def _program(self, node: Node) -> Program:
        argv: list[str] = []
        spelled: list[str] = []
        assigned: list[str] = []
        redirections: list[Redirection] = []
        shows = False
        for child in node.children:
            if child.type == "variable_assignment":
                assigned.append(self.text(child.children[0]))
            elif child.type == "file_redirect":
                redirection, words = self._redirection(child)
                redirections.append(redirection)
                argv += words
            elif child.type == "command_name":
                argv, spelled = [self._program_name(child)], [self.text(child)]
            elif child.is_named:
                argv.append(self.word(child))
                spelled.append(self.text(child))
                shows = shows or holds_variable(child)
            else:
                raise Unshellable(f"{child.type} has no place among a program's words")
        return Program(
            argv=tuple(argv), redirections=tuple(redirections), assigned=tuple(assigned), shows_variable=shows,
            spelled=tuple(spelled),
        )  # fmt: skip

    def _program_name(self, node: Node) -> str:
        written = self.text(node)
        check_name(node.children[0], written)
        return written
