"""The latest runtime of a kind: `auto:latest-lts-ml` and the like, as policies may name it."""

import re

from local_workspace.clusters.runtimes.offered import RUNTIMES
from local_workspace.errors import InvalidParameterValue

_AUTO = re.compile(r"auto:(latest|prev-major|prev-lts)(-lts)?(-ml)?")


def resolved_runtime(spark_version: str) -> str:
    """The key that stands behind a name; any other key stays as it is."""
    if not spark_version.startswith("auto:"):
        return spark_version
    name = _AUTO.fullmatch(spark_version)
    if name is None:
        raise InvalidParameterValue(f"Invalid spark version {spark_version}.")
    wants_lts = bool(name[2]) or name[1] == "prev-lts"
    found = sorted(
        (key for key in RUNTIMES if _is_wanted(key, ml=bool(name[3]), lts=wants_lts)),
        key=_number,
        reverse=True,
    )
    if name[1] != "latest":
        found = [key for key in found if _number(key)[0] < _number(found[0])[0]]
    return found[0]


def _is_wanted(key: str, *, ml: bool, lts: bool) -> bool:
    """Of those for the processor, without Photon, GPU and beta versions."""
    shown = RUNTIMES[key]
    is_plain = not re.search(r"photon|gpu|aarch64|apache-spark", key) and "Beta" not in shown
    return is_plain and ("-ml-" in key) == ml and ("LTS" in shown or not lts)


def _number(key: str) -> tuple[int, int, str]:
    """19.x is 19.0; of the same number, Scala 2.13 comes after 2.12."""
    (found,) = re.findall(r"^(\d+)\.(\d+|x)", key)
    return int(found[0]), 0 if found[1] == "x" else int(found[1]), key
