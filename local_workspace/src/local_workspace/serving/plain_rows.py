"""The short way for plain rows: each with every column of the model's signature, each value of its type.

MLflow's scoring server casts and checks every request through pandas twice, which takes most of the time of a
small one. For plain rows that changes nothing, so they are handed to the model at once. Everything else is
MLflow's to judge: what it would cast, complete or refuse, and what the model refuses.

`scoring_server.py` runs this file in its process: it imports nothing of this project.
"""

import json
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from io import StringIO
from typing import Any

# A larger request would keep the others waiting, and spends its time in the model.
LARGEST_BODY = 64 * 1024

_PYTHON_MODEL = "mlflow.pyfunc.model"  # it may trace its requests, by what `PyFuncModel.predict` sets
_WHOLE = {"integer": 2**31, "long": 2**63}
_DTYPES = {"string": "object", "boolean": "bool", "double": "float64", "integer": "int32", "long": "int64"}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class PlainRows:
    """Answers the requests of plain rows to one loaded MLflow model, a `PyFuncModel`."""

    def __init__(self, model: Any) -> None:
        self._predict = getattr(model, "_predict_fn", None)
        self._types = _types(model) if self._predict else {}

    def answer(self, body: bytes) -> bytes | None:
        """The JSON answer; None where the long way has to be taken."""
        columns = self.columns(body)
        if columns is None or self._predict is None:
            return None
        from mlflow.pyfunc import scoring_server
        from pandas import DataFrame

        mlflow: Any = scoring_server
        output = StringIO()
        try:
            mlflow.predictions_to_json(self._predict(DataFrame(columns)), output)
        except Exception:
            return None  # what the model refuses is refused again, in MLflow's form
        return output.getvalue().encode()

    def columns(self, body: bytes) -> dict[str, Any] | None:
        """The columns that the model is given, as numpy arrays in the order of its signature."""
        if not self._types or len(body) > LARGEST_BODY:
            return None
        try:
            rows = _rows(json.loads(body), self._types)
            values = {name: [row[name] for row in rows] for name in self._types}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        if not rows or not all(_are_plain(values[name], kind) for name, kind in self._types.items()):
            return None
        import numpy as np

        return {name: np.array(values[name], dtype=_DTYPES[kind]) for name, kind in self._types.items()}


def shortened(app: Application, rows: PlainRows) -> Application:
    """MLflow's application, with the short way before it."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_plain(scope):
            await app(scope, receive, send)
            return
        body = await _read(receive)
        answer = rows.answer(body)
        if answer is None:
            await app(scope, _replaying(body, receive), send)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return answering


def _types(model: Any) -> dict[str, str]:
    """The columns of the model's signature and their types; none if not all of them can be plain."""
    schema = model.metadata.get_input_schema()
    if schema is None or model.metadata.get_params_schema() or model.loader_module == _PYTHON_MODEL:
        return {}
    if schema.is_tensor_spec() or not schema.has_input_names():
        return {}
    types = {str(each["name"]): str(each["type"]) for each in schema.to_dict()}
    return types if set(types.values()) <= set(_DTYPES) and len(types) == len(schema.inputs) else {}


def _rows(request: Any, types: Collection[str]) -> list[dict[str, Any]]:
    """The rows of a request with just these columns; none, or any error, for another request."""
    ((form, given),) = request.items()
    if form == "dataframe_split":
        given = _as_records(len(types), **given)
    elif form != "dataframe_records":
        return []
    return given if all(row.keys() == set(types) for row in given) else []


def _as_records(width: int, columns: list[str], data: list[list[Any]]) -> list[dict[str, Any]]:
    # A name that is there twice would vanish in a dict.
    if len(columns) != width:
        return []
    return [dict(zip(columns, row, strict=True)) for row in data]


def _are_plain(values: list[Any], kind: str) -> bool:
    if kind == "string":
        return all(type(value) is str for value in values)
    if kind == "boolean":
        return all(type(value) is bool for value in values)
    if kind == "double":
        return all(type(value) is float or _is_whole(value, 2**53) for value in values)
    return all(_is_whole(value, _WHOLE[kind]) for value in values)


def _is_whole(value: Any, limit: int) -> bool:
    return type(value) is int and -limit < value < limit


def _may_be_plain(scope: Scope) -> bool:
    if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/invocations"):
        return False
    headers = dict(scope["headers"])
    size = headers.get(b"content-length", b"")
    is_small = size.isdigit() and int(size) <= LARGEST_BODY
    return is_small and headers.get(b"content-type") == b"application/json"


async def _read(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _replaying(body: bytes, receive: Receive) -> Receive:
    first: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replaying() -> MutableMapping[str, Any]:
        return first.pop() if first else await receive()

    return replaying
