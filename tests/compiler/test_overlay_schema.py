"""The schema that editors read says what the program takes, and is the one in the docs."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from compiler.overlay_schema import overlay_schema

ROOT = Path(__file__).parents[2]
OVERLAYS = sorted((ROOT / "runbooks").glob("*/overlay.yaml"))


def test_the_schema_in_the_docs_is_the_one_of_the_program() -> None:
    """`muster runbook schema > docs/overlay.schema.json` makes it anew."""
    written = (ROOT / "docs" / "overlay.schema.json").read_text(encoding="utf-8")
    assert written == json.dumps(overlay_schema(), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.parent.name)
def test_every_overlay_of_ours_fits_it(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), overlay_schema())


@pytest.mark.parametrize(
    "wrong",
    [
        "steps: {Some Step: {for: '12345678'}}",
        "steps: {a-b: {name: x}}",
        "steps: {a-b: {for: '1', guards: {none: x}}}",
        "steps: {a-b: {for: '1', cool_down: soon}}",
        "steps: {a-b: {for: '1', expects: {at most: 1, at least: 2}}}",
        "targets: [{target: x}]",
        "targets: [{target: x, executor: ftp}]",
        "routes: [{labels: {}, procedure: x}]",
        "policies: {P7: {acknowledge: 1 hour, escalate: 1 hour}}",
        "stepps: {}",
    ],
)
def test_a_slip_is_marked_in_the_editor(wrong: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(wrong), overlay_schema())
