"""`muster runbook compile|overlay|lint` as a team and its build use them: what is printed where, and the exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bot.terminal.command_line import app
from compiler.catalog import load
from compiler.overlay import read_overlay

RUNBOOK: Final = """\
# Shop

Last reviewed: 2999-01-01

## Slow answers

**Symptoms**
- latency

1. Look: `redis-cli -h cache GET cart:{{cart}}`
2. Mend it:

   ```bash
   docker compose restart api
   docker exec -it api bash
   ```
"""
ROOT: Final = Path(__file__).resolve().parents[3]
READ, CHANGE, SHELL = 10, 14, 15
"""The lines of the three commands."""


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    """A runbook in a folder of its own."""
    (tmp_path / "shop").mkdir()
    path = tmp_path / "shop" / "runbook.md"
    path.write_text(RUNBOOK, encoding="utf-8")
    return path


def run(*words: str | Path) -> Result:
    """One command of `muster runbook`."""
    return CliRunner().invoke(app, ["runbook", *map(str, words)])


def one_sentence(result: Result) -> str:
    """The only line on stderr, of a command that ended with 1 and printed nothing else."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (line,) = result.stderr.strip().split("\n")
    assert line.startswith("muster: ")
    assert line.endswith(".")
    return line


def test_compile_prints_the_catalog_that_the_bot_loads(runbook: Path) -> None:
    result = run("compile", runbook)
    assert result.exit_code == 0
    assert result.stderr == ""
    catalog = load(result.stdout, "catalog.yaml")
    assert catalog.system == "shop"
    assert [step.origin.line for step in catalog.procedures[0].steps] == [READ, CHANGE, SHELL]


def test_compile_writes_the_catalog_into_a_folder_and_prints_nothing(runbook: Path, tmp_path: Path) -> None:
    result = run("compile", runbook, "-o", tmp_path / "new" / "folder")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "new" / "folder" / "catalog.yaml").read_text() == run("compile", runbook).stdout


def test_several_runbooks_are_compiled_at_once_each_into_its_systems_folder(runbook: Path, tmp_path: Path) -> None:
    other = tmp_path / "bank.md"
    other.write_text(RUNBOOK)
    assert run("compile", runbook, other, "-o", tmp_path / "all").output == ""
    for path, system in ((runbook, "shop"), (other, "bank")):
        assert (tmp_path / "all" / system / "catalog.yaml").read_text() == run("compile", path).stdout
    assert [each["system"] for each in yaml.safe_load_all(run("compile", runbook, other).stdout)] == ["shop", "bank"]
    told = [json.loads(line) for line in run("compile", runbook, other, "--json").stdout.splitlines()]
    assert [each["system"] for each in told] == ["shop", "bank"]


def test_of_two_systems_of_one_name_neither_is_written(runbook: Path, tmp_path: Path) -> None:
    assert "one by one" in one_sentence(run("compile", runbook, runbook, "-o", tmp_path / "all"))
    assert not (tmp_path / "all").exists()


def test_compile_says_in_one_sentence_where_it_may_not_write(runbook: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "name a folder" in one_sentence(run("compile", runbook, "-o", tmp_path / "file" / "folder"))


def test_compile_json_is_one_object_with_a_flat_list_of_commands(runbook: Path) -> None:
    result = run("compile", runbook, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert {"system", "title", "commands", "procedures", "routes", "policies", "facts", "remarks"} <= told.keys()
    keys = {"line", "command", "kind", "verdict", "reason", "runnable", "parameters"}
    assert all(keys <= each.keys() for each in told["commands"])
    assert [(each["line"], each["kind"], each["verdict"], each["runnable"]) for each in told["commands"]] == [
        (READ, "redis", "read-only", False),
        (CHANGE, "docker", "mutating", False),
        (SHELL, "docker", "refused", False),
    ]
    assert told["commands"][0]["command"] == "redis-cli -h cache GET cart:{{cart}}"
    assert told["commands"][0]["parameters"] == [{"name": "cart", "label": "cart", "kind": "text"}]
    assert all(each["reason"] for each in told["commands"])


def test_a_command_is_runnable_once_the_overlay_binds_it(runbook: Path) -> None:
    draft = yaml.safe_load(run("overlay", runbook).stdout)
    step = next(iter(draft["steps"]))
    draft["targets"] = [{"target": "cache", "executor": "redis"}]
    draft["steps"][step]["parameters"] = [
        {"name": "cart", "label": "Cart", "integer": {"from": 1, "to": 9}, "default": 1}
    ]
    (runbook.parent / "overlay.yaml").write_text(yaml.safe_dump(draft))
    told = json.loads(run("compile", runbook, "--json").stdout)
    assert [each["runnable"] for each in told["commands"]] == [True, False, False]


def test_check_is_quiet_while_the_catalog_is_current_and_fails_when_it_is_stale(runbook: Path) -> None:
    run("compile", runbook, "-o", runbook.parent)
    current = run("compile", runbook, "--check")
    assert (current.exit_code, current.output) == (0, "")
    runbook.write_text(RUNBOOK.replace("GET", "TTL"))
    stale = run("compile", runbook, "--check")
    assert (stale.exit_code, stale.stdout) == (3, "")
    assert "compile it again" in stale.stderr


def test_check_without_a_catalog_is_one_sentence(runbook: Path) -> None:
    assert "catalog.yaml" in one_sentence(run("compile", runbook, "--check"))


def test_what_of_an_overlay_no_longer_fits_is_told_on_stderr_and_compiles(runbook: Path) -> None:
    (runbook.parent / "overlay.yaml").write_text("steps:\n  gone-123456:\n    for: abcdef01\n    name: gone\n")
    result = run("compile", runbook)
    assert result.exit_code == 0
    assert "gone-123456" in result.stderr
    assert "gone-123456" not in result.stdout
    assert json.loads(run("compile", runbook, "--json").stdout)["remarks"]


@pytest.mark.parametrize("wrong", ["steps: [", "steps: 7", "targets: [{target: x}]", "what: ever", "\x00"])
def test_a_wrong_overlay_is_one_sentence(runbook: Path, wrong: str) -> None:
    (runbook.parent / "overlay.yaml").write_text(wrong)
    one_sentence(run("compile", runbook))
    one_sentence(run("lint", runbook))


def test_the_drafted_overlay_loads_as_it_is_and_changes_nothing(runbook: Path) -> None:
    before = run("compile", runbook).stdout
    draft = run("overlay", runbook).stdout
    assert len(read_overlay(draft, "overlay.yaml").steps) == 2
    (runbook.parent / "overlay.yaml").write_text(draft)
    after = run("compile", runbook)
    assert (after.stdout, after.stderr) == (before, "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["redis-cli GET a", "redis-cli SET a 'b: #c'", "docker ps"]),
)
def test_the_drafted_overlay_loads_whatever_stands_in_the_headings(tmp_path: Path, title: str, command: str) -> None:
    path = tmp_path / "runbook.md"
    path.write_text(f"# Shop\n\n## {title}\n\nSee {title}:\n\n```bash\n# {title}\n{command}\n```\n", encoding="utf-8")
    read_overlay(run("overlay", path).stdout, "overlay.yaml")


@pytest.mark.parametrize("command", ["compile", "overlay", "lint"])
def test_what_cannot_be_read_is_one_sentence(command: str, tmp_path: Path) -> None:
    assert "No such file" in one_sentence(run(command, tmp_path / "missing.md"))
    (tmp_path / "latin.md").write_bytes("# Störung".encode("latin-1"))
    assert "save it as UTF-8" in one_sentence(run(command, tmp_path / "latin.md"))
    with (tmp_path / "large.md").open("wb") as large:
        large.truncate(20_000_001)
    assert "20 MB" in one_sentence(run(command, tmp_path / "large.md"))


def test_a_reader_who_has_seen_enough_is_no_fault(runbook: Path) -> None:
    code = "import sys; from bot.__main__ import main; main()"
    command = [sys.executable, "-c", code, "runbook", "compile", *[str(runbook)] * 40]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert (process.stderr.read(), process.wait()) == (b"", 1)


def test_a_folder_without_a_runbook_fails_a_build_instead_of_passing_it(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds no runbook" in one_sentence(run("lint", tmp_path / "empty"))


@pytest.mark.parametrize(
    "words", [("lint",), ("lint", "x.md", "--format", "xml"), ("compile",), ("compile", "a", "--what")]
)
def test_a_wrong_use_ends_with_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_lint_looks_at_every_runbook_of_a_folder_once_and_prints_figures_on_stderr(runbook: Path) -> None:
    (runbook.parent / "README.md").write_text("# Not a runbook")
    result = run("lint", runbook.parent.parent, runbook)
    assert result.exit_code == 3
    assert [line.split(":")[1] for line in result.stdout.strip().split("\n")] == [str(SHELL)]
    assert "1 mutating, 1 read-only, 1 refused" in result.stderr
    assert result.stderr.count("lines understood") == 1
    assert ", 1 procedure, 3 commands (" in result.stderr


@pytest.mark.parametrize(
    ("text", "plain", "strict"),
    [
        ("# Shop\n\nLast reviewed: 2999-01-01\n", 0, 0),
        ("# Shop\n\nNobody knows when.\n", 0, 3),
        ("# Shop\n\nLast reviewed: 2999-01-01\n\n```bash\ncd /srv\n```\n", 0, 0),
        ("# Shop\n\nLast reviewed: 2999-01-01\n\n```bash\ndocker exec -it a bash\n```\n", 3, 3),
    ],
    ids=["clean", "warning", "note", "error"],
)
def test_lint_fails_for_errors_and_strictly_for_warnings_never_for_notes(
    runbook: Path, text: str, plain: int, strict: int
) -> None:
    runbook.write_text(text)
    assert run("lint", runbook).exit_code == plain
    assert run("lint", runbook, "--strict").exit_code == strict


def test_lint_prints_annotations_and_sarif_for_a_build(runbook: Path) -> None:
    github = run("lint", runbook, "--format", "github")
    assert github.exit_code == 3
    assert github.stdout.startswith("::error file=")
    assert f"line={SHELL}" in github.stdout
    sarif = run("lint", runbook, "--format", "sarif")
    assert sarif.exit_code == 3
    assert json.loads(sarif.stdout)["runs"][0]["results"][0]["ruleId"] == "refused-command"


def test_sarif_of_a_clean_runbook_is_a_log_without_results(runbook: Path) -> None:
    runbook.write_text("# Shop\n\nLast reviewed: 2999-01-01\n")
    result = run("lint", runbook, "--format", "sarif")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["runs"][0]["results"] == []


def test_a_byte_order_mark_is_no_part_of_what_is_proven() -> None:
    told = CliRunner().invoke(app, ["runbook", "prove", "--json"], input=b"\xef\xbb\xbfkubectl\tkubectl get pods\r\n")
    assert json.loads(told.stdout)["verdict"] == "read-only"
