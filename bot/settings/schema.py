"""The JSON Schema of ``muster.yaml``, by which an editor completes and checks it."""

import ast
import inspect
import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema

from bot.settings.sections import File
from bot.settings.shapes import written


def schema() -> str:
    """The schema as JSON text."""
    made = {"$schema": _Written.schema_dialect, **File.model_json_schema(schema_generator=_Written)}
    return json.dumps(made, indent=2, ensure_ascii=False)


class _Written(GenerateJsonSchema):
    """Shows a default as people write it, and for each key what stands under it in the code."""

    def encode_default(self, dft: object) -> object:
        return written(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    # pydantic can read what stands under the keys itself, but only whenever the sections are imported: at every start.
    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        for key, words in _explained(schema["cls"]):
            made["properties"][key]["description"] = words
        return made


def _explained(section: type) -> Iterator[tuple[str, str]]:
    """Each key of a section that has a text under it, and that text."""
    (body,) = (each.body for each in ast.parse(inspect.getsource(section)).body if isinstance(each, ast.ClassDef))
    for key, text in pairwise(body):
        match key, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, inspect.cleandoc(words)
