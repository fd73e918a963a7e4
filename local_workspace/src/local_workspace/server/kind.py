"""The kind of a workspace: a root keeps the one that it was first served with."""

from pathlib import Path

from local_workspace.settings import Kind, Settings


class KindError(Exception):
    """A root is served as another kind than it is."""


def chosen_kind(root: Path, given: str | None) -> Kind:
    """The kind that the root is, else the one that was given, else classic; KindError if they differ."""
    file = Settings(root, 0, "").kind_file
    # A root of before there were kinds has none, and is classic.
    is_new = not (root / "workspace.db").exists()
    kept = Kind(file.read_text().strip()) if file.exists() else None if is_new else Kind.CLASSIC
    wanted = Kind(given) if given else kept or Kind.CLASSIC
    if kept and wanted is not kept:
        raise KindError(
            f"{root} is the root of a workspace of the kind {kept}: serve it with --kind {kept}, or take "
            f"another root for a workspace of the kind {wanted}"
        )
    return wanted


def write_kind(settings: Settings) -> None:
    """Keep the kind for the next start."""
    settings.kind_file.write_text(settings.kind + "\n")
