"""The OpenAPI description of an endpoint: a path for each served version, in the forms that it takes.

https://docs.databricks.com/machine-learning/model-serving/manage-serving-endpoints#schema
"""

from collections.abc import Mapping
from typing import Any

from local_workspace.serving.schema.signature import Field, Signature

Schema = dict[str, Any]

# MLflow's types in JSON Schema's words: https://spec.openapis.org/oas/v3.1.0#data-types
_TYPES: dict[str, Schema] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "format": "int32"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number", "format": "float"},
    "double": {"type": "number", "format": "double"},
    "string": {"type": "string"},
    "binary": {"type": "string", "format": "byte"},
    "datetime": {"type": "string", "format": "date-time"},
}
# The kinds of a tensor's elements, as NumPy names them without their size.
_ELEMENTS = {"float": "number", "int": "integer", "uint": "integer", "bool": "boolean"}


def endpoint_schema(name: str, url: str, versions: Mapping[str, Signature]) -> Schema:
    """The description of endpoint `name` at `url`; `versions`: the signatures of what it serves, by name."""
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1"},
        "servers": [{"url": url}],
        "paths": {
            f"/served-models/{served}/invocations": {"post": _operation(signature)}
            for served, signature in versions.items()
        },
    }


def _operation(signature: Signature) -> Schema:
    return {
        "requestBody": {"content": _json({"oneOf": _forms(signature)})},
        "responses": {
            "200": {"description": "Successful operation", "content": _json(_answer(signature.outputs))}
        },
    }


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _forms(signature: Signature) -> list[Schema]:
    """Tensors by row and by name, columns as pandas splits them and as records."""
    inputs = signature.inputs
    if _is_tensor(inputs[0]):
        bodies = {"instances": _array(_row(inputs)), "inputs": _row(inputs)}
    else:
        bodies = {"dataframe_split": _split(inputs)}
        if all("name" in column for column in inputs):
            bodies["dataframe_records"] = _array(_object(inputs))
    more = {"params": _object(signature.parameters)} if signature.parameters else {}
    return [_of_properties({form: schema, **more}, [form]) for form, schema in bodies.items()]


def _split(columns: list[Field]) -> Schema:
    named = [column["name"] for column in columns if "name" in column]
    names = {"type": "string", "enum": named} if named else {"type": "string"}
    row = {"type": "array", "prefixItems": [_type(column) for column in columns]}
    return _of_properties({"columns": _array(names), "data": _array(row)}, ["data"])


def _answer(outputs: list[Field]) -> Schema:
    return _of_properties({"predictions": _array(_row(outputs))}, ["predictions"])


def _row(fields: list[Field]) -> Schema:
    """One row of what is given back; a single output has no name there. Anything if it is not known."""
    if not fields:
        return {}
    return _type(fields[0]) if len(fields) == 1 else _object(fields)


def _object(fields: list[Field]) -> Schema:
    properties = {field["name"]: _type(field) for field in fields if "name" in field}
    # A parameter has a default, and so need not be given.
    needed = [name for field in fields if (name := field.get("name")) and _is_needed(field)]
    return _of_properties(properties, needed)


def _is_needed(field: Field) -> bool:
    return "default" not in field and bool(field.get("required", True))


def _type(field: Field) -> Schema:
    kind = field["type"]
    if kind == "tensor":
        return _tensor(field["tensor-spec"])
    if kind == "array":
        return _array(_type(field["items"]))
    if kind == "map":
        return {"type": "object", "additionalProperties": _type(field["values"])}
    if kind == "object":
        return _object([{"name": name, **inner} for name, inner in field["properties"].items()])
    return dict(_TYPES.get(kind, {}))


def _tensor(spec: Field) -> Schema:
    """An array in an array for each dimension but the first, which is that of the rows."""
    element = _ELEMENTS.get(spec["dtype"].rstrip("0123456789"), "string")
    schema: Schema = {"type": element}
    for _ in spec["shape"][1:]:
        schema = _array(schema)
    return schema


def _is_tensor(field: Field) -> bool:
    return bool(field["type"] == "tensor")


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _of_properties(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": required}
