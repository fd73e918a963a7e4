"""The jobs of the workspace: definitions in the store, by id. They run by `runs.Runs`."""

from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import InvalidParameterValue, ResourceDoesNotExist
from local_workspace.messages import parsed
from local_workspace.runs.jobs.settings import JobSettings
from local_workspace.settings import Settings
from local_workspace.store import Document, Store

# What the settings know of themselves, and no client says.
_NOT_ASKED = {"is_single_task"}
# Lists whose entries have a key of their own: jobs/update merges them entry by entry.
_BY_KEY = {"tasks": "task_key", "job_clusters": "job_cluster_key", "parameters": "name"}


class Jobs:
    """Every job; safe to use from every thread."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._jobs = store.collection("jobs")
        self._clock = clock

    def create(self, settings: JobSettings) -> int:
        """Keep a job and return its id."""
        settings.check()
        job_id = self._store.next_number("job")
        document = {
            "job_id": job_id,
            "created_time": milliseconds(self._clock.now()),
            "settings": settings.model_dump(exclude_unset=True),
        }
        self._jobs.put(str(job_id), document)
        return job_id

    def settings(self, job_id: int) -> JobSettings:
        """A job's settings; `InvalidParameterValue` if there is no such job."""
        return JobSettings.model_validate(self._job(job_id)["settings"])

    def require(self, job_id: str) -> None:
        """Refuse an id that no job has; it comes as text, from a path."""
        if self._jobs.get(job_id) is None:
            raise ResourceDoesNotExist(f"Job {job_id} does not exist.")

    def most_concurrent(self, job_id: int) -> int:
        """How many runs a job may have at the same time; runs of a deleted job wait for nobody."""
        document = self._jobs.get(str(job_id))
        return JobSettings.model_validate(document["settings"]).max_concurrent_runs if document else 1000

    def get(self, job_id: int) -> dict[str, Any]:
        """`Job` of the API."""
        return self._shown(self._job(job_id))

    def all(self, name: str | None, *, expand_tasks: bool) -> list[dict[str, Any]]:
        """All jobs (of that name, however it is written), newest first."""
        shown = [self._shown(document) for document in reversed(self._jobs.values())]
        found = [job for job in shown if name is None or job["settings"]["name"].lower() == name.lower()]
        return found if expand_tasks else [_without_tasks(job) for job in found]

    def reset(self, job_id: int, settings: JobSettings) -> None:
        """Replace all settings."""
        settings.check()
        with self._store.transaction():
            self._job(job_id)
            self._jobs.update(str(job_id), settings=settings.model_dump(exclude_unset=True))

    def update(self, job_id: int, changes: dict[str, Any], to_remove: list[str]) -> None:
        """Change some settings: of the lists with keys the entries that are given, of others the whole."""
        with self._store.transaction():
            present = self._job(job_id)["settings"]
            kept = {name: value for name, value in present.items() if name not in to_remove}
            given = parsed(JobSettings, changes).model_dump(exclude_unset=True, exclude=_NOT_ASKED)
            merged = kept | {name: _merged(name, kept.get(name), value) for name, value in given.items()}
            self.reset(job_id, parsed(JobSettings, _without_entries(merged, to_remove)))

    def delete(self, job_id: int) -> None:
        """Forget a job; its runs stay."""
        self._job(job_id)
        self._jobs.delete(str(job_id))

    def _job(self, job_id: int) -> Document:
        document = self._jobs.get(str(job_id))
        if document is None:
            raise InvalidParameterValue(f"Job {job_id} does not exist.")
        return document

    def _shown(self, document: Document) -> dict[str, Any]:
        settings = JobSettings.model_validate(document["settings"]).to_wire()
        user = self._settings.user_name
        return document | {"settings": settings, "creator_user_name": user, "run_as_user_name": user}


def _merged(field: str, present: Any, given: Any) -> Any:
    key = _BY_KEY.get(field)
    if key is None or not isinstance(present, list) or not isinstance(given, list):
        return given
    entries = {each[key]: each for each in [*present, *given]}
    return list(entries.values())


def _without_entries(settings: dict[str, Any], to_remove: list[str]) -> dict[str, Any]:
    """Without entries that are named as `tasks/<key>`."""
    kept = dict(settings)
    for field, _, key in (name.partition("/") for name in to_remove):
        if key and field in _BY_KEY:
            kept[field] = [each for each in kept.get(field, []) if each[_BY_KEY[field]] != key]
    return kept


def _without_tasks(job: dict[str, Any]) -> dict[str, Any]:
    hidden = ("tasks", "job_clusters")
    return job | {"settings": {name: value for name, value in job["settings"].items() if name not in hidden}}
