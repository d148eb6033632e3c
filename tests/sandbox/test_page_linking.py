"""The page's modules in one file: in order, each with its own names, and only what keeps to the page's forms."""

import pytest

from sandbox import page_linking


def test_a_module_comes_after_what_it_needs_and_once() -> None:
    texts = {
        "main.js": 'import { a } from "./a.js";\nimport { b as other } from "./b.js";\na(other);',
        "a.js": 'import { b } from "./b.js";\nexport function a() {}\nexport const C = 1;',
        "b.js": "export async function b() {}\nexport class D {}",
        "unused.js": "boom();",
    }
    made = page_linking.script("main.js", texts)
    assert [line for line in made.splitlines() if line.startswith("const $")] == [
        "const $b_js = (() => {", "const $a_js = (() => {", "const $main_js = (() => {",
    ]  # fmt: skip
    assert "const { b: other } = $b_js;" in made
    assert "return { b, D };" in made
    assert "return { a, C };" in made
    assert "export" not in made
    assert "boom" not in made


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        'import * as b from "./b.js";',
        'import "./b.js";',
        "export let a;",
        'import { b } from "b";',
    ],
)
def test_any_other_form_is_refused_by_its_module_and_line(line: str) -> None:
    with pytest.raises(ValueError, match=r"main\.js: write") as refused:
        page_linking.script("main.js", {"main.js": f"1;\n{line}\n", "b.js": ""})
    assert line in str(refused.value)


def test_a_circle_is_refused() -> None:
    texts = {"a.js": 'import { b } from "./b.js";', "b.js": 'import { a } from "./a.js";\nexport function b() {}'}
    with pytest.raises(ValueError, match="needs itself"):
        page_linking.script("a.js", texts)


def test_sheets_come_in_the_order_in_which_they_are_named() -> None:
    made = page_linking.sheet(
        "main.css", {"main.css": '@import "./b.css";\n@import "./a.css";', "a.css": "a", "b.css": "b"}
    )
    assert made.split() == ["b", "a"]
