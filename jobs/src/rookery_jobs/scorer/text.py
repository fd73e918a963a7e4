"""What the text of a category means, by the rule that a model was trained with, and how a message shows it.

Rule 1: without the blanks around it, in Unicode's composed form (NFC), a whole number without its fraction of
zeros (`101.0` is `101`); a text of blanks alone is missing. Rule 0, of models without a rule: as it stands.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_SHOWN = 10
_LENGTH = 100
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


def first_ten(values: Iterable[object]) -> str:
    """The first ten values, shortened, and how many more there are: the message goes to whoever asks."""
    every = list(values)
    some = ", ".join(_short(str(each)) for each in every[:_SHOWN])
    return f"{some} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else some


def shown(value: object) -> str:
    """A value in a message, shortened."""
    return _short(repr(value))


def _short(text: str) -> str:
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"


def _as_it_stands(text: str) -> str:
    return text


def _cleaned(text: str) -> str | None:
    value = unicodedata.normalize("NFC", text.strip(_BLANKS))
    whole = _WHOLE.fullmatch(value)
    return (whole[1] if whole else value) or None


RULES: dict[int, Callable[[str], str | None]] = {0: _as_it_stands, 1: _cleaned}
"""Rule → the category that a text is, or None if it is missing."""
