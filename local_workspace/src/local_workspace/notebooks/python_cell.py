"""Python of a cell, as a notebook runs it: the value of a last expression is shown, as at a prompt."""

import ast
import asyncio
import functools
import inspect
import linecache
import re
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

# A line that is no Python: `!command`, `lines = !command` or `%magic …`.
_LINE = re.compile(r"^([ \t]*)(?:(\w+)[ \t]*=[ \t]*(?=!))?([!%])[ \t]*(.*)$", re.MULTILINE)
_CALL = "__line_magic__"
_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def run_python(
    source: str, namespace: dict[str, Any], name: str, line_magic: Callable[[str, str], Any]
) -> None:
    """Execute a cell; `name` is that of its file in tracebacks. Raises what the code raises.

    `line_magic` is called for each line that is none of Python: with `!` or the magic's name, and its text;
    with `!=` if the line wants what the command prints.
    """
    namespace[_CALL] = line_magic
    source = _without_indent(source)
    code = _with_calls(source)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    body = compile(code, name, "exec", ast.PyCF_ONLY_AST | _AWAIT).body
    last = body[-1] if body and not code.rstrip().endswith(";") else None
    statements = body[:-1] if isinstance(last, ast.Expr) else body
    parts = [compile(ast.Module(statements, []), name, "exec", _AWAIT)]
    if isinstance(last, ast.Expr):
        parts.append(compile(ast.Expression(last.value), name, "eval", _AWAIT))
    awaits = any(part.co_flags & inspect.CO_COROUTINE for part in parts)
    values = _loop().run_until_complete(_awaited(parts, namespace)) if awaits else _run(parts, namespace)
    if isinstance(last, ast.Expr):
        _show(values[-1], namespace)


def _run(parts: list[CodeType], namespace: dict[str, Any]) -> list[Any]:
    return [eval(part, namespace) for part in parts]  # noqa: S307


async def _awaited(parts: list[CodeType], namespace: dict[str, Any]) -> list[Any]:
    """The same of a cell that awaits at its top: a part that does so is a coroutine."""
    values = []
    for part in parts:
        value = eval(part, namespace)  # noqa: S307
        values.append(await value if part.co_flags & inspect.CO_COROUTINE else value)
    return values


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all cells of the notebook: what is bound to it lives on in later ones."""
    return asyncio.new_event_loop()


def _without_indent(source: str) -> str:
    """A cell may be indented as a whole: its first line says how much, as in IPython."""
    lines = source.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "".join(line.removeprefix(indent) for line in lines)


def _with_calls(source: str) -> str:
    """Only what Python cannot read as it is can have such lines."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | _AWAIT)
    except SyntaxError:
        return _LINE.sub(_call, source)
    return source


def _call(found: re.Match[str]) -> str:
    """The call that stands for a line; its value is what the line keeps, if that gives it a name."""
    indent, name, mark, text = found.groups()
    if name:
        return f"{indent}{name} = {_CALL}('!=', {text!r})"
    magic, _, rest = text.partition(" ") if mark == "%" else ("!", "", text)
    return f"{indent}{_CALL}({magic!r}, {rest!r})"


def _show(value: Any, namespace: dict[str, Any]) -> None:
    if value is not None:
        namespace["_"] = value
        sys.stdout.write(f"{value!r}\n")
