"""The version that a challenger is compared with: its scorer, and the snapshot that it was trained on."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient

from rookery_jobs import contract
from rookery_jobs.contract import Manifest, RegistrationSpec, SnapshotSpec, TimeSplitSpec, manifest_path
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.model_artifact import CODE, SCORER, SCORER_PACKAGE
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

_GONE = "the files of its model are gone"


class Incomparable(Exception):
    """The champion and the challenger cannot be compared; the message says why."""


@dataclass(frozen=True)
class Champion:
    """A version with the archive of its scorer (code and numbers), and its snapshot's manifest and path."""

    version: str
    archive: bytes
    manifest: Manifest
    snapshot_path: str


def champion_of(client: MlflowClient, spec: RegistrationSpec, files: ClusterFiles, folder: Path) -> Champion:
    """The champion of the spec. Raises Incomparable without a snapshot, a model, or a scorer of ours."""
    name, version = spec.registered_model_name, spec.judge.champion
    path = client.get_model_version(name, version).tags.get(contract.TAG_SNAPSHOT_PATH)
    if path is None:
        raise Incomparable("it does not say on which snapshot it was trained")
    if not files.exists(manifest_path(path)):
        raise Incomparable(f"its snapshot {path} is gone")
    model = _downloaded(f"models:/{name}/{version}", folder)
    if not (model / CODE / SCORER_PACKAGE).is_dir() or not (model / SCORER).is_dir():
        raise Incomparable("its model has no scorer of Rookery's")
    manifest = Manifest.from_json(files.read_text(manifest_path(path)))
    return Champion(version, _archive(model), manifest, path)


def _downloaded(uri: str, folder: Path) -> Path:
    try:
        model = Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
    except Exception as error:
        # A store that does not answer is another matter: then this raises too, and the run fails.
        if mlflow.artifacts.list_artifacts(artifact_uri=uri):
            raise
        raise Incomparable(_GONE) from error
    # Some stores take a folder that is not there for an empty one.
    if not (model / "MLmodel").is_file():
        raise Incomparable(_GONE)
    return model


def require_comparable(champion: Champion, snapshot: Snapshot) -> None:
    """Raise Incomparable if the two predict other things, or if test rows may be ones that the champion was
    trained on or chosen by."""
    before, now = champion.manifest.snapshot, snapshot.spec
    for what, old, new in (
        ("label", before.label, now.label),
        ("label_type", before.label_type, now.label_type),
        ("split", before.split.identity(), now.split.identity()),
    ):
        if old != new:
            raise Incomparable(f"its {what} was {old}, and is {new} now")
    if missing := sorted(set(before.features) - set(now.features)):
        raise Incomparable(f"it takes {contract.first_ten(missing)}, which the plan has no more")
    if isinstance(now.split, TimeSplitSpec):
        _require_later_rows(champion, snapshot)
    elif not now.split.columns and set(before.features) != set(now.features):
        raise Incomparable("other features put other rows on the test side, where the split has no split_key")


def _require_later_rows(champion: Champion, snapshot: Snapshot) -> None:
    before, now = champion.manifest.snapshot, snapshot.spec
    if before.as_of and now.as_of and before.as_of <= now.as_of:
        return  # a row that is test now was test, or not there yet, then
    known = _seen_in_training(champion, snapshot, before)
    if known:
        rows = snapshot.manifest.rows["test"]
        raise Incomparable(f"{known} of {rows} test rows are as rows that it was trained on or chosen by")


def _seen_in_training(champion: Champion, snapshot: Snapshot, before: SnapshotSpec) -> int:
    own = Snapshot(snapshot.spark, champion.snapshot_path, champion.manifest)
    columns = [column(name) for name in (*before.features, before.label_column)]
    test = snapshot.side("test").select(*columns)
    frames = [own.side(side).select(*columns) for side in before.sides[:-1]]
    return sum(int(test.intersectAll(frame).count()) for frame in frames)


def _archive(model: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in (model / CODE / SCORER_PACKAGE, model / SCORER):
            for file in sorted(folder.rglob("*")):
                if file.is_file() and file.suffix != ".pyc":
                    archive.write(file, file.relative_to(model))
    return content.getvalue()
