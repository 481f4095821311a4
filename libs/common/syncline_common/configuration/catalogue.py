"""The transforms there are, by name; and the same as plain data for the API and the console."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncline_common.configuration import text_transforms, value_transforms
from syncline_common.configuration.transforms import Chain, Transform, chain
from syncline_common.schemas.values import FieldType

TRANSFORMS: Mapping[str, Transform] = {it.name: it for it in (*text_transforms.ALL, *value_transforms.ALL)}


def compile_chain(convert: Sequence[str | Mapping[str, Any]], source: FieldType, target: FieldType) -> Chain:
    return chain(convert, source, target, TRANSFORMS)


def catalogue() -> list[dict[str, Any]]:
    return [
        {
            "name": it.name,
            "summary": it.summary,
            "takes": it.takes.value,
            "gives": it.gives.value,
            "way_back": it.way_back.value,
            "parameters": [
                {"name": one.name, "kind": one.kind.value, "required": one.required, "default": one.default}
                for one in it.parameters
            ],
        }
        for it in TRANSFORMS.values()
    ]
