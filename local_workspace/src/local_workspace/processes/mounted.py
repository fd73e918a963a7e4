"""Runs a command that sees folders under other paths: `/Volumes` is the workspace's, as it is on a cluster.

    python -I -S mounted.py ROOT /PATH=FOLDER … -- COMMAND ARGUMENT ...

On Linux the command gets a mount namespace of its own (and a user namespace, unless root can do without). Its
root is ROOT, a folder that other commands may have as well: in it everything is mounted that the machine's
root has, and the folders beside it, so that nothing has to be made at the machine's root. What a command
makes at its own root (`/model`, say) is in ROOT, for all that have it. Where the machine does not allow that
(macOS, or a container without the right), the command runs without them and says so on stderr.

Standard library only, and little of it: it starts before every child that is given mounts.
"""

# pathlib would double what is loaded
# ruff: noqa: PTH103, PTH109, PTH115, PTH211
import ctypes
import os
import sys

_NEW_NAMESPACE, _NEW_USER = 0x00020000, 0x10000000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000


def main(arguments: list[str]) -> None:
    """Mount what can be mounted, and become the command."""
    end = arguments.index("--")
    root, *pairs = arguments[:end]
    try:
        enter(root, dict(pair.split("=", 1) for pair in pairs))
    except OSError as error:
        print(f"{', '.join(pair.split('=')[0] for pair in pairs)} not mounted: {error}", file=sys.stderr)
    command = arguments[end + 1 :]
    os.execv(command[0], command)  # noqa: S606


def enter(root: str, folders: dict[str, str]) -> None:
    """Give this process the mounts; OSError, and all is as it was, where that is not possible."""
    if sys.platform != "linux":
        raise OSError("only Linux has mount namespaces")
    here, user, group = os.getcwd(), os.getuid(), os.getgid()
    if user != 0 or not _unshared(_NEW_NAMESPACE):
        _call("unshare", _NEW_NAMESPACE | _NEW_USER)
        _map_to_itself(user, group)
    _mount("none", "/", 0, _RECURSIVE | _PRIVATE)
    _mount(root, root, 0, _BIND)
    for entry in os.scandir("/"):
        if f"/{entry.name}" not in folders:
            _mirror(entry, f"{root}/{entry.name}")
    for path, folder in folders.items():
        os.makedirs(root + path, exist_ok=True)
        _mount(folder, root + path, 0, _BIND | _RECURSIVE)
    os.chroot(root)
    os.chdir(here)


def _mirror(entry: "os.DirEntry[str]", place: str) -> None:
    if entry.is_symlink():
        if not os.path.lexists(place):
            os.symlink(os.readlink(entry.path), place)
        return
    if entry.is_dir():
        os.makedirs(place, exist_ok=True)
    else:
        os.close(os.open(place, os.O_CREAT))
    _mount(entry.path, place, 0, _BIND | _RECURSIVE)


def _map_to_itself(user: int, group: int) -> None:
    """In the new user namespace the user has the same number, so files belong to whom they did."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        file = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(file, text.encode())
        os.close(file)


def _unshared(flags: int) -> bool:
    return bool(_libc().unshare(flags) == 0)


def _mount(source: str, target: str, kind: "str | int", flags: int) -> None:
    _call(
        "mount",
        source.encode(),
        target.encode(),
        kind.encode() if isinstance(kind, str) else None,
        flags,
        None,
    )


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc(), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main(sys.argv[1:])
