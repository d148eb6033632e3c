"""Every command of a runbook is found where it stands, and nothing else is; what it does is proved."""

import re
import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.proofs import NOT_A_COMMAND, RUNBOOKS, Judged, false_safe, labelled_runbooks, own_cases, recall
from compiler.found import Found, commands
from compiler.markdown import read
from compiler.proof.proven import Kind
from compiler.shell_tree import tree_of
from incident.verdict import Verdict

LABELLED = list(labelled_runbooks(RUNBOOKS / "commands.tsv", RUNBOOKS))


def _found(text: str) -> tuple[Found, ...]:
    return commands(read(text))


def _texts(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.text) for one in _found(text)]


@pytest.fixture(scope="module")
def own() -> list[Judged]:
    return list(own_cases())


def test_nothing_but_a_read_is_judged_read_only(own: list[Judged]) -> None:
    assert [one.name for one in false_safe([*own, *LABELLED])] == []


def test_everyday_reads_and_changes_are_not_refused(own: list[Judged]) -> None:
    assert recall(own, Verdict.READ_ONLY) >= 0.97
    assert recall(own, Verdict.MUTATING) >= 0.95
    assert recall(LABELLED, Verdict.READ_ONLY) >= 0.95
    assert recall(LABELLED, Verdict.MUTATING) >= 0.95


@pytest.mark.parametrize("row", [one for one in LABELLED if one.truth], ids=lambda row: row.where)
def test_runbooks_in_other_teams_styles_give_all_their_commands(row: Judged) -> None:
    assert row.said is not None, row.text
    assert row.said_kind == row.kind


@pytest.mark.parametrize("row", [one for one in LABELLED if one.truth is None], ids=lambda row: row.where)
def test_what_is_only_shown_gives_no_command(row: Judged) -> None:
    assert row.said is None, f"{row.text}: {NOT_A_COMMAND}"


@pytest.mark.parametrize("name", ["export", "handbook", "mixed", "prose", "steps", "transcripts", "wiki", "windows"])
def test_no_runbook_gives_more_than_is_labelled(name: str) -> None:
    labelled = (RUNBOOKS / "commands.tsv").read_text().splitlines()
    rows = {tuple(line.split("\t")[:3]) for line in labelled}
    for one in _found((RUNBOOKS / f"{name}.md").read_bytes().decode()):
        assert (name, str(one.line), " ".join(one.text.split())) in rows


def test_a_command_knows_where_it_belongs() -> None:
    text = "# API\n\n## Down\n\n**Diagnosis**:\n\n1. Look:\n   ```bash\n   # who listens\n   ss -tln\n   ```\n"
    one = _found(text)[0]
    assert [heading.title for heading in one.headings] == ["API", "Down"]
    assert (one.line, one.name, one.label, one.sentence, one.inline) == (10, "who listens", "Look", "Look:", False)
    assert isinstance(read(text).pieces[one.block].line, int)
    assert one.proof.judgement.verdict is Verdict.READ_ONLY


def test_code_in_a_sentence_carries_the_sentence_as_its_condition() -> None:
    one = _found("If the disk is full: `docker system prune -f`.")[0]
    assert (one.inline, one.sentence, one.proof.kind) == (
        True,
        "If the disk is full: docker system prune -f.",
        Kind.DOCKER,
    )


def test_code_in_a_heading_that_tells_to_do_it_is_a_command_below_that_heading() -> None:
    one = _found("# Down\n\n## 2. Look at the pods: `kubectl get pods -n shop`\n\nWait.\n")[0]
    assert (one.line, one.text, one.inline) == (3, "kubectl get pods -n shop", True)
    assert [heading.level for heading in one.headings] == [1, 2]


@pytest.mark.parametrize("title", ["`docker pull` hangs", "3. `kubectl get pods` says Pending", "The `uptime` column"])
def test_a_heading_about_a_command_tells_to_do_nothing(title: str) -> None:
    assert _texts(f"## {title}\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Run `uptime`.", ["uptime"]),
        ("Run `uptime`, `w` and `free` on the host.", ["uptime", "w", "free"]),
        ("Type the command `date`", ["date"]),
        ("Look at the load with `top`.", ["top"]),
        ("Run `uptime`: the `uptime` column", ["uptime"]),
        ("Filter with `id`, and group using `hostname`.", []),
        ("The `uptime` column shows `free` memory.", []),
        ("Run `docker`, `psql`, `crontab` and `env`.", []),
        ("| Check | Command |\n|---|---|\n| load | `uptime` |\n| who | date |\n", ["uptime"]),
        ("| Column | Means |\n|---|---|\n| `date` | the day |\n", []),
    ],
)
def test_one_word_is_a_command_where_the_words_say_to_run_it(text: str, expected: list[str]) -> None:
    assert [one.text for one in _found(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*Check:*\n{code:bash}\n# it\ndocker \\\n  ps\ndf -h\n{code}\n", [(4, "docker ps"), (6, "df -h")]),
        ("{code:title=Look.sh|bash}\nmytool status\n{code}", [(2, "mytool status")]),
        ("{code:language=sql}\nSELECT 1;\n\nDELETE FROM a;\n{code}", [(2, "SELECT 1;"), (4, "DELETE FROM a;")]),
        ("1. Now\n   {noformat}\n   docker ps\n   {noformat}\n", [(3, "docker ps")]),
        ("1. Now\n{noformat}\ndocker ps\n{noformat}\n", [(3, "docker ps")]),
        (
            "{code}docker ps{code}\n\n{code}docker ps -a\ndf -h{code}",
            [(1, "docker ps"), (3, "docker ps -a"), (4, "df -h")],
        ),
        ("```\n{code}\nuptime\n{code}\n```", [(3, "uptime")]),
        ("{code:json}\n{}\n{code}\n\n{code:bash}\ndocker ps\n", []),
    ],
)
def test_code_between_a_wikis_marks_is_found(text: str, expected: list[tuple[int, str]]) -> None:
    assert _texts(text) == expected


def test_continuation_lines_become_one_line() -> None:
    text = "```sh\nkubectl get pods \\\n  -n shop \\\n  -o wide\ndf -h\n```"
    assert _texts(text) == [(2, "kubectl get pods -n shop -o wide"), (5, "df -h")]


def test_bare_lines_belong_to_the_client_above_them() -> None:
    found = _found("```bash\nredis-cli -h cache\n> KEYS a:*\nTTL a:1\ndf -h\n```")
    assert [(one.text, one.proof.kind) for one in found] == [
        ("redis-cli -h cache", Kind.REDIS),
        ("KEYS a:*", Kind.REDIS),
        ("TTL a:1", Kind.REDIS),
        ("df -h", Kind.SHELL),
    ]
    assert [one.session for one in found][1:3] == ["redis-cli -h cache"] * 2


@pytest.mark.parametrize("below", ["Ready", "kubectl delete pod a", "docker ps"])
def test_what_a_comment_announces_as_output_is_none(below: str) -> None:
    assert _texts(f"```bash\nkubectl get pods\n\n# Expected output:\n{below}\n```") == [(2, "kubectl get pods")]


def test_a_request_is_judged_by_its_method() -> None:
    found = _found("```http\nGET /health\n\n###\nDELETE /cache\n```")
    assert [one.proof.judgement.verdict for one in found] == [Verdict.READ_ONLY, Verdict.MUTATING]
    assert [dict(one.proof.names) for one in found] == [{}, {}]


@pytest.mark.parametrize("hiding", ["\u200b", "\u202e", "\u2066", "\r", "\0", "\u00a0", "–"])
def test_a_character_that_hides_something_makes_no_read(hiding: str) -> None:
    for text in (f"```sh\ndf{hiding} -h\n```", f"`df {hiding}-h`", f"```sql\nSELECT{hiding} 1;\n```"):
        assert all(one.proof.judgement.verdict is not Verdict.READ_ONLY for one in _found(text)), text


_MARKS = [
    "```bash\n",
    "```sql\n",
    "```\n",
    "~~~\n",
    "    ",
    "- ",
    "1. ",
    "| ",
    "> ",
    "`",
    "**a**: ",
    "\n\n",
    "<!--",
    "-->",
    "{code:bash}\n",
    "\n{code}\n",
    "## ",
    "Run `",
]
_SIGNS = ["\n", "'", '"', "\\\n", "$(", ")", "{", "}", "&& ", "# ", "-- ", "\u200b", "\u202e", "\r"]
_CHANGES = [
    "rm -rf /srv/x\n",
    "DELETE FROM a;\n",
    "FLUSHALL\n",
    "kubectl delete pod a",
    "docker restart a\n",
    "$ reboot\n",
]
_PIECES = st.sampled_from([*_MARKS, *_SIGNS, *_CHANGES, "curl -X POST http://a/b\n"])


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_no_arrangement_of_changes_makes_a_read(text: str) -> None:
    """Only changes stand in the text: whatever they are cut into and fenced by, nothing read-only may come out."""
    lines = text.count("\n") + 1
    for one in _found(text):
        assert 1 <= one.line <= lines
        assert one.proof.judgement.verdict is not Verdict.READ_ONLY, one.text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=150))
def test_any_text_has_some_commands(text: str) -> None:
    _found(text)
    _found(f"```bash\n{text}")


def test_characters_beyond_the_parsers_tables_do_not_end_the_process() -> None:
    chance = Random(1)
    for _ in range(3_000):
        text = "".join(chance.choice(("<<- $({[|&;#x=", chr(chance.randrange(0x10000, 0x110000)))) for _ in range(40))
        tree_of(text.encode())
    assert [one.text for one in _found("```bash\necho 🚀 up && ls 🚀\n```")] == ["echo 🚀 up && ls 🚀"]


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_cut_off_anywhere_gives_no_new_read(path: object) -> None:
    """A fence that is never closed, a statement cut in two: what is left is read-only only if the whole was too."""
    text = (RUNBOOKS / str(path)).read_bytes().decode()
    whole = {one.line for one in _found(text) if one.proof.judgement.verdict is Verdict.READ_ONLY}
    for end in range(200, len(text), 397):
        for one in _found(text[:end]):
            assert one.proof.judgement.verdict is not Verdict.READ_ONLY or one.line in whole, (end, one.text)


def test_a_large_runbook_is_compiled() -> None:
    section = "## Step {n}\n\nCheck `df -h /srv/{n}`:\n\n```bash\n# pods\nkubectl get pods -n team-{n}\n```\n\n"
    text = "".join(section.replace("{n}", str(n)) for n in range(3_000))
    began = time.perf_counter()
    found = _found(text)
    print(f"{len(text):,} characters, {len(found):,} commands: {time.perf_counter() - began:.1f} s")
    assert len(found) == 6_000
    assert all(re.search(r"\d", one.text) for one in found)


@pytest.mark.parametrize(
    "line",
    [
        "sudo -u postgres psql -l",
        "sudo -iu postgres psql -l",
        "sudo -E docker ps",
        "sudo --user=app ./bin/drain now",
        "sudo -u app MODE=slow /srv/shop/bin/drain now",
        "RAILS_ENV=production bin/tootctl accounts refresh",
    ],
)
def test_what_says_as_whom_or_with_what_to_run_hides_no_command(line: str) -> None:
    assert _texts(f"```\n{line}\n```\n") == [(2, line)]


def test_a_list_of_values_in_a_fence_for_shells_is_none() -> None:
    assert _texts("```bash\nSHOP_NAME=The Shop\nSHOP_PORT=80\n```\n") == []


def test_prompts_of_shells_in_containers_and_machines_are_known() -> None:
    session = "bash-4.2# drain-node now\nsh# uptime\napi/0067-a4:~$ df -h\nFilesystem      Size\n"
    assert _texts(f"```\n{session}```\n") == [(2, "drain-node now"), (3, "uptime"), (4, "df -h")]


@pytest.mark.parametrize("tag", ["bash", "console", ""])
def test_rows_of_a_table_that_a_command_printed_are_none(tag: str) -> None:
    rows = "Filesystem    Size  Used  Mounted on\n/dev/sdc      3.9T  3.8T  /var/lib\noverlayfs     1.0M  172K  /etc\n"
    assert _texts(f"```{tag}\ndf -h\n\n{rows}```\n") == [(2, "df -h")]


@pytest.mark.parametrize(
    "lead",
    ["You should see something like this:", "You may see the following error:", "The output looks like:"],
)
def test_what_is_said_to_be_seen_is_not_run(lead: str) -> None:
    assert _texts(f"{lead}\n\n```bash\nerror-code 17 in shop\n```\n") == []
    assert _texts(f"{lead}\n\n```bash\nkubectl get pods\n```\n") == [(4, "kubectl get pods")]
