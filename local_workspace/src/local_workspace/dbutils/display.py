"""`display` and `displayHTML`: text here, since a run's page shows text."""

from typing import Any

MOST_ROWS = 1000


def display(*values: Any) -> None:
    """Show tables with at most 1,000 rows, and anything else as it shows itself."""
    for value in values:
        print(_shown(value))


def display_html(html: str) -> None:
    """Show the source of a piece of HTML."""
    print(html)


def _shown(value: Any) -> str:
    if hasattr(value, "_jdf"):
        text: str = value._jdf.showString(MOST_ROWS, 0, False)
        return text.rstrip("\n")
    if hasattr(value, "to_string"):
        return str(value.head(MOST_ROWS).to_string())
    return repr(value) if not isinstance(value, str) else value
