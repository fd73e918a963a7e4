"""Python of a cell, as a notebook runs it: the value of a last expression is shown, as at a prompt."""

import ast
import linecache
import re
import sys
from collections.abc import Callable
from typing import Any

# A line that is no Python: `!command`, `lines = !command` or `%magic …`.
_LINE = re.compile(r"^([ \t]*)(?:(\w+)[ \t]*=[ \t]*(?=!))?([!%])[ \t]*(.*)$", re.MULTILINE)
_CALL = "__line_magic__"


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
    body = ast.parse(code, name).body
    last = body[-1] if body and not code.rstrip().endswith(";") else None
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module(body, []), name, "exec"), namespace)  # noqa: S102
        return
    exec(compile(ast.Module(body[:-1], []), name, "exec"), namespace)  # noqa: S102
    _show(eval(compile(ast.Expression(last.value), name, "eval"), namespace), namespace)  # noqa: S307


def _without_indent(source: str) -> str:
    """A cell may be indented as a whole: its first line says how much, as in IPython."""
    lines = source.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "".join(line.removeprefix(indent) for line in lines)


def _with_calls(source: str) -> str:
    """Only what Python cannot read as it is can have such lines."""
    try:
        ast.parse(source)
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
