"""How the rows of a source are dealt out: a module per kind of split.

A second kind is a second module here, and `Split` becomes a union that pydantic tells apart by `kind`.
"""

from rookery.plan.splits.random import RandomSplit

Split = RandomSplit

__all__ = ["RandomSplit", "Split"]
