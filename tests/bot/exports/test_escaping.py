"""Whatever data says, a Markdown renderer shows it as it was said and takes nothing of it for markup."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.exports.escaping import code, fence, inline, link, quotation

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What people and monitors send, and everything that means something to a renderer.
HOSTILE = st.text(
    st.one_of(st.sampled_from(list("`*_[]()<>|~#+-=!&:.$\\\n\t \"'1@/wW")), st.characters(codec="utf-8")), max_size=60
)


def tokens(markdown: str) -> list[Token]:
    return [each for top in RENDERER.parse(markdown) for each in (top, *(top.children or ()))]


def visible(markdown: str) -> str:
    """The text that a reader sees."""
    return "".join(each.content for each in tokens(markdown) if each.type in ("text", "text_special", "code_inline"))


@given(HOSTILE)
@example("# Not a heading")
@example("1. not a list")
@example("<img src=x onerror=alert(1)>")
@example("![x](http://evil.example/pixel)")
@example("[log in](https://evil.example)")
@example("&lt;b&gt; &#60;")
@example("| a | b |\n|---|---|")
@example("```\nfence")
@example("- [ ] task")
@example("Setext\n===")
def test_a_line_of_data_is_one_paragraph_of_text_at_the_start_of_a_line(said: str) -> None:
    kinds = {each.type for each in tokens(str(inline(said.strip())))}
    assert kinds <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}


@given(HOSTILE)
@example("a | b")
@example("`|`")
@example("\\")
@example("\\|")
@example("two\nlines")
def test_a_table_keeps_its_shape_whatever_a_cell_says(said: str) -> None:
    table = f"| a | b |\n|---|---|\n| {inline(said)} | end |\n"
    kinds = [each.type for each in RENDERER.parse(table)]
    assert kinds.count("td_open") == 2
    assert kinds.count("table_open") == 1
    cells = [each for each in RENDERER.parse(table) if each.type == "inline"]
    assert {child.type for child in cells[2].children or ()} <= {"text", "text_special"}
    assert cells[3].content == "end"


@given(st.text(st.sampled_from(list("abc`*_[]<>|~#&$!-+.:1 ")), max_size=40))
def test_a_reader_sees_exactly_what_was_said(said: str) -> None:
    assert visible(str(inline(said.strip()))) == " ".join(said.split())


@given(HOSTILE)
@example("first\n\n> second\n    code\n- list\n===")
def test_a_quotation_is_one_quote_of_text(said: str) -> None:
    quoted = str(quotation(said))
    assert all(line.startswith(">") for line in quoted.splitlines())
    allowed = {"blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close", "inline", "text",
               "text_special", "hardbreak", "softbreak"}  # fmt: skip
    assert {each.type for each in tokens(quoted)} <= allowed


@given(HOSTILE)
@example("```\n# out of the fence\n````")
@example("~~~")
def test_a_fence_is_longer_than_any_inside(said: str) -> None:
    kinds = [each.type for each in RENDERER.parse(str(fence(said)))]
    assert kinds == ["fence"]


@given(HOSTILE)
@example("`")
@example("a `` b")
def test_code_is_one_span(said: str) -> None:
    assert [each.type for each in tokens(f"x {code(said)} y")][2:5] == ["text", "code_inline", "text"]


def test_a_long_output_is_cut_and_says_so() -> None:
    cut = str(fence("\n".join(f"row {number}" for number in range(100))))
    assert "row 39" in cut
    assert "row 40" not in cut
    assert "JSON export" in cut


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", " https://x"])
def test_only_web_addresses_become_links(address: str) -> None:
    assert "link_open" not in [each.type for each in tokens(str(link("Graph", address)))]


def test_an_address_cannot_end_its_link() -> None:
    [opened] = [
        each for each in tokens(str(link("G] (", "https://x.example/a) [b](c <d>"))) if each.type == "link_open"
    ]
    assert opened.attrs["href"] == "https://x.example/a%29%20%5Bb%5D%28c%20%3Cd%3E"


@pytest.mark.parametrize("unseen", ["\u202e", "\u200b", "\x00", "\x1b", "\u2066", "\ud800"])
def test_what_cannot_be_seen_is_shown(unseen: str) -> None:
    assert inline(f"a{unseen}b") == "a�b"
