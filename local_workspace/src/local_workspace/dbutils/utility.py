"""What all utilities have: words about themselves."""

import inspect


class Utility:
    """A part of `dbutils`."""

    def help(self, method: str = "") -> None:
        """Say what there is, or what one of it does."""
        names = [method] if method else [name for name in vars(type(self)) if not name.startswith("_")]
        for name in names:
            print(f"{name}{inspect.signature(getattr(self, name))}: {inspect.getdoc(getattr(self, name))}")
