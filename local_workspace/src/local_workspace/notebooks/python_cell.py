"""Python of a cell, as a notebook runs it: the value of a last expression is shown, as at a prompt."""

import ast
import linecache
import re
import sys
from collections.abc import Callable
from typing import Any

# A line that is no Python: `!command` or `%magic …`.
_LINE = re.compile(r"^(\s*)([!%])\s*(.*)$", re.MULTILINE)
_CALL = "__line_magic__"


def run_python(
    source: str, namespace: dict[str, Any], name: str, line_magic: Callable[[str, str], None]
) -> None:
    """Execute a cell; `name` is that of its file in tracebacks. Raises what the code raises.

    `line_magic` is called for each line that is none of Python: with `!` or the magic's name, and its text.
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
        return _LINE.sub(lambda found: f"{found[1]}{_CALL}({_magic(found)!r}, {_rest(found)!r})", source)
    return source


def _magic(found: re.Match[str]) -> str:
    return found[3].split(" ")[0] if found[2] == "%" else "!"


def _rest(found: re.Match[str]) -> str:
    return found[3].partition(" ")[2] if found[2] == "%" else found[3]


def _show(value: Any, namespace: dict[str, Any]) -> None:
    if value is not None:
        namespace["_"] = value
        sys.stdout.write(f"{value!r}\n")
