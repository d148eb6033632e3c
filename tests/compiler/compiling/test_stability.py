"""A step keeps its id and form while others are edited, and an edit of it touches nothing else."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.catalog import load
from compiler.catalog_text import catalog_text
from tests.compiler.compiling.compiled import forms, loaded, sections, tree

NAMES = ["Till is silent", "Orders wait", "Cache is full", "Page is slow", "Mail is late", "Disk is full"]
COMMANDS = [
    'psql -h db -d shop -c "SELECT count(*) FROM orders"',
    'psql -h db -d shop -c "UPDATE orders SET open = false WHERE id = {{id}}"',
    "redis-cli -h cache GET shop:limit",
    "redis-cli -h cache SET shop:limit 5",
    "curl -s https://shop.internal/health",
    "docker compose restart api",
    "kubectl get pods -n shop",
    "docker exec -it api bash",
    "uptime",
]
SHOPS = st.integers(1, len(NAMES)).flatmap(
    lambda count: st.tuples(
        st.permutations(NAMES).map(lambda names: names[:count]),
        st.lists(st.sampled_from(COMMANDS), min_size=count, max_size=count),
    )
)
Shop = tuple[Sequence[str], list[str]]
few = settings(max_examples=40, deadline=None)


@few
@given(SHOPS, st.sampled_from(COMMANDS), st.data())
def test_a_section_that_is_put_in_changes_no_other_step(shop: Shop, command: str, data: st.DataObject) -> None:
    names, commands = list(shop[0]), list(shop[1])
    before = forms(sections(names, commands))
    at = data.draw(st.integers(0, len(names)))
    names.insert(at, "Quite another thing")
    commands.insert(at, command)
    after = forms(sections(names, commands))
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


@few
@given(SHOPS, st.sampled_from(COMMANDS), st.data())
def test_an_edit_of_one_command_touches_exactly_its_own_step(shop: Shop, command: str, data: st.DataObject) -> None:
    names, commands = list(shop[0]), list(shop[1])
    before = forms(sections(names, commands))
    at = data.draw(st.integers(0, len(names) - 1))
    changed = command != commands[at]
    commands[at] = command
    after = forms(sections(names, commands))
    assert len(before.items() - after.items()) == len(after.items() - before.items()) == (1 if changed else 0)


@few
@given(SHOPS)
def test_the_order_of_sections_is_no_part_of_an_id(shop: Shop) -> None:
    names, commands = shop
    pairs = list(zip(names, commands, strict=True))
    turned = pairs[::-1]
    assert forms(sections(names, commands)) == forms(sections([n for n, _ in turned], [c for _, c in turned]))


def test_words_lines_and_comments_around_a_command_change_neither_id_nor_form() -> None:
    text = "# Shop\n\n## Slow\n\n```bash\nredis-cli -h cache GET shop:limit\n```\n"
    for other in (
        "# Shop\n\nOne more sentence.\n\n## Slow\n\nLook:\n\n```bash\nredis-cli -h cache GET shop:limit\n```\n",
        "# Shop\n\n## Slow\n\n```sh\n# the limit\nredis-cli -h cache GET shop:limit\n```\n",
        text.replace("\n", "\r\n"),
    ):
        assert forms(other) == forms(text)


def test_equal_commands_under_one_heading_are_told_apart_by_their_order_alone() -> None:
    text = "# Shop\n\n## Slow\n\n```bash\n{}\n```\n"
    twice = forms(text.format("uptime\nredis-cli PING\nuptime"))
    assert len(twice) == 3
    assert forms(text.format("uptime\nuptime")).items() <= twice.items()
    assert forms(text.format("uptime")).items() <= twice.items()


def test_another_value_in_a_command_voids_what_was_written_for_it_and_nothing_else() -> None:
    """The id is by the words of the command: the entry for the old ones is told as gone, the others still hold."""
    before = sections(["A", "B"], ["redis-cli -h cache GET shop:a", "redis-cli -h cache GET shop:b"])
    bound = "targets:\n  - {target: cache, executor: redis}\nsteps:\n" + "".join(
        f"  {step}:\n    for: '{form[:8]}'\n    name: look-{index}\n"
        for index, (step, form) in enumerate(forms(before).items())
    )
    assert [s.id for p in loaded(before, bound).procedures for s in p.steps] == ["look-0", "look-1"]
    after = loaded(before.replace("shop:a", "shop:z"), bound)
    assert [s.id for p in after.procedures for s in p.steps][1] == "look-1"
    assert len(after.remarks) == 1
    assert [s.runnable for p in after.procedures for s in p.steps] == [True, True]


def test_what_is_compiled_is_the_same_every_time_and_loads_as_it_was_written() -> None:
    text = sections(NAMES, COMMANDS[: len(NAMES)])
    written = catalog_text(tree(text), "runbook.md")
    assert written == catalog_text(tree(text), "runbook.md")
    assert len([s for p in load(written, "catalog.yaml").procedures for s in p.steps]) == len(NAMES)
