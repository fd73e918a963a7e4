"""A root folder of a cluster's own, in which `/dbfs` and its like are there, as on a cluster's driver.

    python -I -S private_root.py FOLDER MOUNTS COMMAND ARGUMENT ...    (MOUNTS: a JSON object)

Everything of this machine's root is in it under the same name. What processes make beside that (`/model`,
say) is in the folder, for all of the cluster's processes. Linux only, by a user and a mount namespace
(user_namespaces(7)), which need no privilege where the system allows them. Standard library only.
"""

import contextlib
import ctypes
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NEW_NAMESPACES = 0x00020000 | 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_BIND = 0x1000
_BIND_ALL = 0x1000 | 0x4000  # MS_BIND, MS_REC
_PRIVATE_ALL = 0x40000 | 0x4000  # MS_PRIVATE, MS_REC


class NoPrivateRoot(Exception):
    """The system does not allow it, or cannot do it."""


def enter(folder: Path, mounts: Mapping[str, str]) -> None:
    """Make `folder` the root of this process, with `mounts` (name in it → folder of this machine) in it.

    Several processes may have the same folder. The process must have one thread only. Raises `NoPrivateRoot`;
    then nothing has changed but, at worst, the namespaces.
    """
    if sys.platform != "linux":
        raise NoPrivateRoot("only Linux has it")
    user, group, here = os.getuid(), os.getgid(), Path.cwd()
    folder.mkdir(parents=True, exist_ok=True)
    _call("unshare", _NEW_NAMESPACES)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _mount(None, "/", None, _PRIVATE_ALL)
    _mount(str(folder), str(folder), None, _BIND)
    for entry in sorted(Path("/").iterdir()):
        if f"/{entry.name}" not in mounts:
            _take_over(entry, folder / entry.name)
    for name, real in mounts.items():
        Path(real).mkdir(parents=True, exist_ok=True)
        _bind(Path(real), folder / name.lstrip("/"))
    os.chroot(folder)
    os.chdir(here)


def command_in(folder: Path, mounts: Mapping[str, str]) -> list[str]:
    """What a command is put behind, to be executed in such a root where the system allows it."""
    return [sys.executable, "-I", "-S", __file__, str(folder), json.dumps(dict(mounts))]


def main(folder: str, mounts: str, *command: str) -> None:
    """Execute a command in a root of its own; where there can be none, in the machine's, and say so."""
    try:
        enter(Path(folder), json.loads(mounts))
    except NoPrivateRoot as error:
        print(f"{', '.join(json.loads(mounts))} not mounted: {error}", file=sys.stderr, flush=True)
    os.execv(command[0], command)  # noqa: S606


def _take_over(entry: Path, place: Path) -> None:
    if entry.is_symlink():
        with contextlib.suppress(FileExistsError):
            place.symlink_to(entry.readlink())
    elif entry.is_dir():
        _bind(entry, place)


def _bind(real: Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    _mount(str(real), str(place), None, _BIND_ALL)


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text)
    except OSError as error:
        raise NoPrivateRoot(f"{file}: {error.strerror}") from error


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    _call("mount", *(text.encode() if text else None for text in (source, target, kind)), flags, None)


def _call(name: str, *arguments: bytes | int | None) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        raise NoPrivateRoot(f"{name}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main(*sys.argv[1:])
