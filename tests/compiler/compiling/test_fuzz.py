"""No text makes the compiler crash or hang, and no edit makes a command looser than its proof."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.catalog import load
from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook
from compiler.prove import prove_row
from incident.runbook import StepKind
from incident.verdict import Verdict
from tests.compiler.lint.linting import report

_RUNBOOKS = sorted(Path(__file__).parents[3].glob("runbooks/*/runbook.md"))
_HIDDEN = [
    "\u200b",
    "\u200e",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\x00",
    "\x1b",
    "\x85",
    "\u2028",
    "\r",
    "\t",
    "\xa0",
    "’",
    "“",
]
_PARTS = st.one_of(
    st.sampled_from(
        [
            "# Shop", "## Slow", "### Diagnosis", "**Symptoms**", "- slow: > 5%", "1. Look", "   ```bash", "```bash",
            "~~~",
            "```", "````", "redis-cli PING", 'psql -c "SELECT 1"', "docker exec -it a bash", "> ", "> Mended: no",
            "- [ ] x",
            "| Metric | Warning | Command |", "|---|---|---|", "| a | > 5 | `redis-cli GET a` |", "<details>",
            "<!--", "-->",
            "| Name | Allowed | Default |", "| id | 1 to 5 | 9 |", "redis-cli SET a {{id}}", "export A=1",
            "cat <<EOF", "EOF",
            "Wait 10 minutes", "P0: 5 minutes", "- alert: A", "  expr: rate(x_total[5m]) > 0.1", "---", "a: b", "\\",
            "    ls",
            "for i in 1 2; do", "done", "$(", "`", "RPO: 1 hour", "Last updated: x", "{{", "}}", "<a",
            "for x in y; do z; done",
        ]
    ),
    st.sampled_from(_HIDDEN),
    st.text(max_size=20),
)  # fmt: skip
_TEXTS = st.lists(st.tuples(_PARTS, st.sampled_from(["\n", "\n", "\n\n", "\r\n", " ", ""])), max_size=30).map(
    lambda parts: "".join(part + end for part, end in parts)
)


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_any_text_compiles_loads_and_is_linted(text: str) -> None:
    compiled = compile_runbook(text, system="shop")
    written = catalog_text(compiled.catalog, "runbook.md")
    if compiled.catalog["procedures"]:
        load(written, "catalog.yaml")
    report(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(_RUNBOOKS), st.data())
def test_a_runbook_that_is_cut_anywhere_compiles(path: Path, data: st.DataObject) -> None:
    text = path.read_text()
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : start + data.draw(st.integers(0, 1500))]
    compiled = compile_runbook(piece, system="shop")
    if compiled.catalog["procedures"]:
        load(catalog_text(compiled.catalog, "runbook.md"), "catalog.yaml")


_CHANGES = [
    "redis-cli DEL cart:1",
    "redis-cli FLUSHALL",
    'psql -d shop -c "DELETE FROM orders"',
    'psql -d shop -c "SELECT pg_terminate_backend(1)"',
    "docker compose restart api",
    "kubectl delete pod shop-0",
    "curl -X POST https://shop.internal/stop",
    "aws ecs update-service --cluster shop --service api --desired-count 0",
    "systemctl restart shop",
    "rm -rf /srv/shop",
    "docker exec -it api bash",
    "kubectl get secret shop -o yaml",
    "git push --force",
]


def _mutations(command: str) -> st.SearchStrategy[str]:
    """The command with case, blanks, quotes, comments, pipes and hidden characters changed; never a part left out."""
    at = st.integers(0, len(command))
    return st.one_of(
        st.tuples(at, st.sampled_from(_HIDDEN)).map(lambda put: command[: put[0]] + put[1] + command[put[0] :]),
        st.sampled_from(
            [
                command.upper(), command.replace(" ", "  "), command.replace(" ", "\t"), f"{command} # only looks",
                f"# read-only\n{command}", f"{command} | cat", f"{command} || true", f"uptime && {command}",
                f"{command}; uptime", f"sudo {command}", f"time {command}", f"{command} > /dev/null 2>&1",
                f"({command})",
                f"bash -c '{command}'", f"ssh web1 {command}", f"watch -n 5 {command}", f"echo $({command})",
                f"env A=1 {command}", f"nohup {command} &", f"$ {command}", command.replace(" ", " \\\n  ", 1),
                f"{command} --dry-run", f"{command} --help-me", f"for i in 1 2; do {command}; done",
                f"docker ps\n{command}",
            ]
        ),
    )  # fmt: skip


def _written_changes() -> list[str]:
    """What our own runbooks change or may not run, in one line each."""
    found = [each for path in _RUNBOOKS for each in compile_runbook(path.read_text(), system="shop").found]
    changes = {
        each.text
        for each in found
        if each.proof.judgement.verdict is not Verdict.READ_ONLY
        and not (each.state or each.session)
        and "\n" not in each.text
    }
    return sorted(changes)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*_CHANGES, *_written_changes()]).flatmap(
        lambda command: st.tuples(st.just(command), _mutations(command))
    )
)
def test_no_form_of_a_change_becomes_a_step_that_runs_by_itself(pair: tuple[str, str]) -> None:
    """Through reading, compiling and loading: what carries the change is never a diagnostic."""
    _, mutated = pair
    compiled = compile_runbook(f"# Shop\n\n## Slow\n\n```bash\n{mutated}\n```\n", system="shop")
    if not compiled.catalog["procedures"]:
        return
    for procedure in load(catalog_text(compiled.catalog, "runbook.md"), "catalog.yaml").procedures:
        for step in procedure.steps:
            assert step.verdict is not Verdict.READ_ONLY or step.written in ("uptime", "docker ps"), step.written
            assert step.kind is not StepKind.DIAGNOSTIC or step.verdict is Verdict.READ_ONLY


@pytest.mark.parametrize("command", _CHANGES)
def test_the_changes_that_are_mutated_above_are_none_that_only_look(command: str) -> None:
    assert prove_row("shell", command).judgement.verdict is not Verdict.READ_ONLY


@pytest.mark.parametrize(
    "text",
    [
        "```bash\n" + "uptime\n" * 3,
        "# Shop\n\n```bash\nredis-cli SET a 1\n",
        "> ```bash\n> uptime",
        "- a\n  ```\n  uptime",
        "~~~sh\nuptime\n```\n",
    ],
)
def test_a_fence_that_never_ends_still_gives_its_commands(text: str) -> None:
    found = compile_runbook(text, system="shop").found
    assert found


@pytest.mark.timeout(300)
def test_a_hundred_thousand_lines_compile(capsys: pytest.CaptureFixture[str]) -> None:
    """Of every kind; how long it took is printed, and that it grows with the lines alone is for the benchmark."""
    kinds = ["- [ ] look", "Look at it.", "", "| a | > 5 |", "> quoted", "", "    ls /srv", "1. Look", "uptime", ""]
    text = "# Shop\n\n" + "\n".join(kinds * 8_000) + "\n```bash\n" + "uptime\n" * 20_000
    began = time.perf_counter()
    compiled = compile_runbook(text, system="shop")
    with capsys.disabled():
        print(f" {text.count(chr(10)):,} lines in {time.perf_counter() - began:.1f} s ", end="")
    assert len(compiled.found) >= 20_000
