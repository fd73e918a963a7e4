"""`dbutils.library`: a notebook's Python begins anew, with what `%pip` has installed meanwhile."""

import importlib
import sys
from pathlib import Path
from typing import NoReturn

from local_workspace.dbutils.utility import Utility

# They hold the connection to the driver.
_STAYS = frozenset({"pyspark", "py4j"})


class LibraryUtils(Utility):
    """`libraries` is the folder that `%pip` installs into; `kept` are the names that every notebook has."""

    def __init__(self, libraries: Path) -> None:
        self._libraries = libraries
        self.kept: frozenset[str] = frozenset()

    def restartPython(self) -> None:  # noqa: N802
        """Forget the notebook's own names, and the modules that there are newer ones of.

        The process stays, and with it all other modules.
        """
        names = sys.modules["__main__"].__dict__
        for name in [each for each in names if each not in self.kept and not each.startswith("__")]:
            del names[name]
        installed = {each.name.removesuffix(".py") for each in self._libraries.glob("*")} - _STAYS
        for module in [each for each in sys.modules if each.partition(".")[0] in installed]:
            del sys.modules[module]
        importlib.invalidate_caches()

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"dbutils.library.{name} is not offered by the local workspace.")
