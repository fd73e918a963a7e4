"""Where training data comes from: a module per kind of source.

A second kind is a second module here, and `Source` becomes a union that pydantic tells apart by `kind`. What
the rest of the package may ask of a source is what `CsvSource` offers: nothing else knows its fields.
"""

from rookery.sources.csv import CsvSource

Source = CsvSource

__all__ = ["CsvSource", "Source"]
