"""Reading Markdown: what a reader sees becomes pieces with exact lines, and no text makes it fail."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from compiler.document import Block, Document, Item, Sentence, Table
from compiler.markdown import read
from compiler.markdown_parser import parser

RUNBOOKS = Path(__file__).parent / "runbooks"


def _blocks(text: str) -> list[Block]:
    return [piece for piece in read(text).pieces if isinstance(piece, Block)]


def _items(text: str) -> list[Item]:
    return [piece for piece in read(text).pieces if isinstance(piece, Item)]


def _sentences(text: str) -> list[Sentence]:
    return [piece for piece in read(text).pieces if isinstance(piece, Sentence)]


def test_headings_nest_and_keep_their_lines() -> None:
    document = read("# A\n\nB `x`\n---\n\n### 🚒 C {#c}\n\ntext\n\n## D\n\ntext\n")
    assert [(each.title, each.level, each.line) for each in document.headings] == [
        ("A", 1, 1),
        ("B x", 2, 3),
        ("🚒 C", 3, 6),
        ("D", 2, 10),
    ]
    assert [piece.path for piece in document.pieces] == [("A", "B x", "🚒 C"), ("A", "D")]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_are_those_of_the_file_whatever_ends_them(mark: str, ending: str) -> None:
    text = mark + "# A\n\nfirst `a`,\nthen `b`\n\n```sh\nls\n```\n".replace("\n", ending)
    document = read(text)
    assert [(code.text, code.line) for code in _sentences(text)[0].codes] == [("a", 3), ("b", 4)]
    assert (document.pieces[1].line, _blocks(text)[0].text) == (7, "ls")


def test_a_lone_carriage_return_and_a_nul_stay_to_be_seen() -> None:
    assert _blocks("```\nls\rrm x\0\n```\n")[0].text == "ls\rrm x\0"


@pytest.mark.parametrize(
    ("text", "language", "line", "code", "closed"),
    [
        ("```bash\nls\n```", "bash", 2, "ls", True),
        ("~~~ Console {readonly=true}\nls\n~~~~", "console", 2, "ls", True),
        ("```{.bash .numberLines}\nls\n```", "bash", 2, "ls", True),
        ("````\n```\nls\n```\n````", "", 2, "```\nls\n```", True),
        ("text\n\n    ls\n\n    df\n", "", 3, "ls\n\ndf", True),
        ("```sh\nls", "sh", 2, "ls", False),
        ("```sh\n", "sh", 2, "", False),
        ("> ```sh\n> ls\n> ```", "sh", 2, "ls", True),
        ("1. a\n   ```sh\n   ls\n   ```", "sh", 3, "ls", True),
        ("- a\n\n\t```sh\n\tls\n\t```", "sh", 4, "ls", True),
        ("1. a\n   ```sh\n   ls\nb", "sh", 3, "ls", False),
    ],
)
def test_code_knows_its_language_its_first_line_and_whether_it_ends(
    text: str, language: str, line: int, code: str, closed: bool
) -> None:
    block = _blocks(text)[0]
    assert (block.language, block.line, block.text, block.closed) == (language, line, code, closed)


def test_items_keep_number_depth_box_label_and_what_introduces_them() -> None:
    items = _items("**Solutions**:\n\n3. **Restart:** `x`\n   - [ ] one\n   - [X] two\n4. plain\n")
    assert [(i.number, i.depth, i.ticked, i.label, i.under, i.text, i.line) for i in items] == [
        (3, 0, None, "Restart", "Solutions", "Restart: x", 3),
        (None, 1, False, "", "Restart", "one", 4),
        (None, 1, True, "", "Restart", "two", 5),
        (4, 0, None, "", "Solutions", "plain", 6),
    ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("**Symptoms**: slow", ["Symptoms"]),
        ("**Symptoms:** slow", ["Symptoms"]),
        ("__Symptoms__", ["Symptoms"]),
        ("🔴 **Critical**: now", ["Critical"]),
        ("Diagnosis:", ["Diagnosis"]),
        ("Look at the following long list of things:", [""]),
        ("**Level**: P1\n**Response**: 15 min", ["Level", "Response"]),
        ("Do not\n**ever** do it", [""]),
        ("see **this**", [""]),
    ],
)
def test_bold_leads_and_short_lines_with_a_colon_are_labels(text: str, labels: list[str]) -> None:
    assert [sentence.label for sentence in _sentences(text)] == labels


def test_code_belongs_to_the_label_and_the_sentence_above_it_until_the_next_heading() -> None:
    first = "## A\n\n**Diagnosis**:\n\nLook here\n\n```\nls\n```\n\n1. **Fix**\n   ```\n   df\n   ```\n"
    text = f"{first}\n## B\n\n```\nps\n```\n"
    assert [(block.label, block.sentence) for block in _blocks(text)] == [
        ("Diagnosis", "Look here"),
        ("Fix", "Fix"),
        ("", ""),
    ]


def test_tables_keep_cells_code_and_lines() -> None:
    text = "**Limits**:\n\n| a | b |\n|---|---|\n| x | `p \\| q` and `r` |\n| y |\n"
    table = read(text).pieces[1]
    assert isinstance(table, Table)
    assert (table.header, table.label, table.line) == (("a", "b"), "Limits", 3)
    assert [(row.cells, row.line) for row in table.rows] == [(("x", "p | q and r"), 5), (("y", ""), 6)]
    assert [code.text for code in table.rows[0].codes] == ["p | q", "r"]


@pytest.mark.parametrize(
    "text",
    [
        "<!-- ```bash\nreboot\n``` -->",
        "<!--\n\n```bash\nreboot\n```\n\n-->",
        "<div> <!--\n\n```bash\nreboot\n```\n\n-->\n</div>",
        "~~run `reboot` now~~",
        "<s>run `reboot` now</s>",
        "a <!-- `reboot` -->",
    ],
)
def test_what_a_reader_does_not_see_is_no_piece(text: str) -> None:
    assert "reboot" not in repr(read(text).pieces)


def test_what_follows_a_comment_is_seen_again() -> None:
    assert [block.line for block in _blocks("<p> <!--\n\n```\na\n```\n\n-->\n\n```\nb\n```\n")] == [10]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("<details>\n<summary>Old</summary>\n\n```sh\nls\n```\n\n</details>", 5, "ls"),
        ("<details>\n<summary>Old</summary>\n```sh\nls\n```\n</details>", 4, "ls"),
        ("<div>\n<pre>\nls &amp;&amp; df\n</pre></div>", 3, "ls && df"),
        ('<pre class="x"><code class="language-sh">ls <pod>\n</code></pre>', 1, "ls <pod>"),
        ('=== "Linux"\n\n    ```sh\n    ls\n    ```\n', 4, "ls"),
    ],
)
def test_what_is_folded_away_or_written_in_html_is_read(text: str, line: int, code: str) -> None:
    block = _blocks(text)[0]
    assert (block.line, block.text) == (line, code)


def test_a_blank_that_looks_like_a_tag_stays_in_the_text() -> None:
    assert _sentences("Restart <service> &lt;now&gt; <b>at once</b>")[0].text == "Restart <service> <now> at once"


def test_front_matter_is_yaml_and_a_line_at_the_top_is_none() -> None:
    assert [(b.language, b.line, b.text) for b in _blocks("---\nowner: a\n---\n# A\n")] == [("yaml", 2, "owner: a")]
    assert read("---\nowner: a\n---\n# A\n").headings[0].line == 4
    assert read("---\n\n# A\n\n---\n").headings[0].title == "A"


def _lines_in_order(document: Document, lines: int) -> bool:
    return all(1 <= piece.line <= lines + 1 for piece in document.pieces)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab1 \n\t\r`~*_[]()<>!|-+#:=\\&;\"'/{}$.\u200b\u202e\0🚒")), max_size=120))
def test_any_text_is_some_document(text: str) -> None:
    assert _lines_in_order(read(text), text.count("\n") + 1)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_read_as_text_are_some_document(data: bytes) -> None:
    text = data.decode(errors="replace")
    assert _lines_in_order(read(text), text.count("\n") + 1)


_INDENTS = ("", " ", "   ", "    ", "\t", "> ", "- ")
_LINES = (
    "", "text", "- a", "* b", "+ c", "1. d", "10) e", "> q", "```", "~~~", "---", "===", "***", "_ _ _", "# h", "#",
    "####### h", "| a | b |", "|---|---|", "a | b", ":-- | --:", "<div>", "<!-- c", "-->", "[a]: b", "0. z", "-", "1.",
)  # fmt: skip


_ONLY_DRAWN = {
    *("paragraph_open", "paragraph_close", "th_open", "th_close", "td_open", "td_close", "tr_close", "tr_open"),
    *("thead_open", "thead_close", "tbody_open", "tbody_close"),
}


def _blocks_of(tokens: list[Token]) -> list[tuple[object, ...]]:
    """What a block token holds, without what is only for drawing pages: paragraphs' ends, and how a table is built."""
    kept: list[tuple[object, ...]] = []
    rows: list[tuple[object, list[str]]] = []
    for each in tokens:
        if each.type == "tr_open":
            rows.append((each.map, []))
        elif each.type == "inline" and rows:
            rows[-1][1].append(each.content)
        elif each.type == "table_open":
            kept.append(("table", each.map, rows))
        elif each.type == "table":
            inside = [(row.map, [cell.content for cell in row.children or ()]) for row in each.children or ()]
            kept.append(("table", each.map, inside))
        elif each.type == "table_close":
            rows = []
        elif each.type not in _ONLY_DRAWN:
            kept.append((each.type, each.tag, each.map, each.content, each.info))
    return kept


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_INDENTS), st.sampled_from(_LINES)), max_size=12))
def test_asking_rules_by_a_lines_first_mark_changes_nothing(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(indent + line for indent, line in lines)
    every_rule = MarkdownIt("commonmark", {"maxNesting": 60}).enable(["table"]).disable(["normalize", "inline"])
    assert _blocks_of(parser().parse(text)) == _blocks_of(every_rule.parse(text))


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_cut_off_anywhere_is_still_read(path: Path) -> None:
    text = path.read_bytes().decode()
    for end in range(0, len(text), 61):
        read(text[:end])


_HOSTILE = (
    "[", "![", "](", "*a_", "> ", "<", "<!--", "<pre>", "`a", "~~", "\\", "<div> <!--\n\n", "    ```\n", "|a", "a\n",
    "{code:a}\n", ":::a\n", "!!! a\n", "??? a\n    ",
)  # fmt: skip


@pytest.mark.parametrize("unit", _HOSTILE)
def test_hostile_repetition_takes_time_in_proportion(unit: str) -> None:
    """Four times the text takes about four times as long, and not sixteen times."""

    def seconds(size: int) -> float:
        began = time.process_time()
        read(unit * (size // len(unit)))
        return time.process_time() - began

    def least(size: int) -> float:
        return min(seconds(size) for _ in range(3))

    # Processor time, and the least of three: what grows with the square fails all three of them.
    assert least(40_000) < max(2.0, 12 * least(10_000))


def test_a_hundred_thousand_lines_are_read() -> None:
    text = "".join(f"## Step {n}\n\n```sh\ndf -h /{n}\n```\n" for n in range(20_000))
    began = time.perf_counter()
    assert len(_blocks(text)) == 20_000
    print(f"100,000 lines: {time.perf_counter() - began:.1f} s")


def test_what_only_lays_out_a_site_is_not_read() -> None:
    """Hugo's shortcodes stand on lines of their own; what is between them is the document."""
    document = read(
        '{{% alert title="Note" %}}\nAsk first.\n{{% /alert %}}\n\n{{< tabs >}}{{< tab "A" >}}\n\nRun `df -h`.\n'
    )
    assert [piece.text for piece in document.pieces if isinstance(piece, Sentence)] == ["Ask first.", "Run df -h."]
    assert [piece.line for piece in document.pieces] == [2, 7]


def test_boxes_outside_of_lists_are_items_with_what_is_listed_below_them() -> None:
    document = read("[ ] Tell `a`\n\n - By phone\n\n[ ] One\n[x] Two\n\nAfter.\n\n- Three\n")
    items = [each for each in document.pieces if isinstance(each, Item)]
    assert [(each.line, each.text, each.depth, each.ticked) for each in items] == [
        (1, "Tell a", 0, False), (3, "By phone", 1, None), (5, "One", 0, False), (6, "Two", 0, True),
        (10, "Three", 0, None),
    ]  # fmt: skip
