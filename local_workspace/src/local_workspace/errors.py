"""The errors of the Databricks API: an HTTP status, an error code and a text each.

Envelope and codes: https://docs.databricks.com/api/azure/workspace/introduction (`error_code`, `message`).
"""

from typing import Any, ClassVar


class WorkspaceError(Exception):
    """A request is refused; raised wherever that is found, answered by `api.refusals`."""

    status: ClassVar[int] = 500
    error_code: ClassVar[str | int] = "INTERNAL_ERROR"
    headers: ClassVar[dict[str, str]] = {}

    @property
    def envelope(self) -> dict[str, Any]:
        """The JSON body that Databricks sends with this error."""
        return {"error_code": self.error_code, "message": str(self)}


class InvalidParameterValue(WorkspaceError):
    """A field is missing or has a value that is not allowed (also: an unknown cluster, job or run)."""

    status = 400
    error_code = "INVALID_PARAMETER_VALUE"


class InvalidState(WorkspaceError):
    """The thing exists, but not in a state that allows the call."""

    status = 400
    error_code = "INVALID_STATE"


class MalformedRequest(WorkspaceError):
    """The body is not JSON, or not a JSON object."""

    status = 400
    error_code = "MALFORMED_REQUEST"


class ResourceAlreadyExists(WorkspaceError):
    """A path or name is taken (DBFS, workspace files, MLflow)."""

    status = 400
    error_code = "RESOURCE_ALREADY_EXISTS"


class MaxBlockSizeExceeded(WorkspaceError):
    """More than 1 MiB in one DBFS block."""

    status = 400
    error_code = "MAX_BLOCK_SIZE_EXCEEDED"


class MaxReadSizeExceeded(WorkspaceError):
    """More than 1 MiB asked for in one DBFS read."""

    status = 400
    error_code = "MAX_READ_SIZE_EXCEEDED"


class MaxNotebookSizeExceeded(WorkspaceError):
    """More than 10 MiB imported into the workspace in one call."""

    status = 400
    error_code = "MAX_NOTEBOOK_SIZE_EXCEEDED"


class DirectoryNotEmpty(WorkspaceError):
    """A folder with content is deleted without `recursive`."""

    status = 400
    error_code = "DIRECTORY_NOT_EMPTY"


class IoError(WorkspaceError):
    """DBFS' own code for a folder that cannot be deleted without `recursive`."""

    status = 400
    error_code = "IO_ERROR"


class BadRequest(WorkspaceError):
    """A served model refuses its input."""

    status = 400
    error_code = "BAD_REQUEST"


class CommandRefused(WorkspaceError):
    """A context or command cannot be had. The API 1.2 has no error codes."""

    status = 400

    @property
    def envelope(self) -> dict[str, Any]:
        """Its own form."""
        return {"error": str(self)}


class Unauthenticated(WorkspaceError):
    """No credential was sent."""

    status = 401
    error_code = 401


class InvalidAccessToken(WorkspaceError):
    """A credential was sent, and it is not ours."""

    status = 403
    error_code = 403
    headers: ClassVar[dict[str, str]] = {"x-databricks-reason-phrase": "Invalid access token."}


class PasswordAsked(WorkspaceError):
    """No credential, or not ours, where a browser may be asking: it shows its dialogue for a password."""

    status = 401
    headers: ClassVar[dict[str, str]] = {
        "www-authenticate": 'Basic realm="local workspace: the token is the password"'
    }

    def __init__(self, error: Unauthenticated | InvalidAccessToken) -> None:
        super().__init__(str(error))
        self._error = error

    @property
    def envelope(self) -> dict[str, Any]:
        """That of the error that an API would have answered."""
        return self._error.envelope


class PermissionDenied(WorkspaceError):
    """The caller may not do this here."""

    status = 403
    error_code = "PERMISSION_DENIED"


class ResourceDoesNotExist(WorkspaceError):
    """No such path, endpoint or MLflow entity."""

    status = 404
    error_code = "RESOURCE_DOES_NOT_EXIST"


class NotFound(WorkspaceError):
    """No such file, directory or upload (Files API)."""

    status = 404
    error_code = "NOT_FOUND"


class AlreadyExists(WorkspaceError):
    """A path is taken (Files API)."""

    status = 409
    error_code = "ALREADY_EXISTS"


class EndpointNotFound(WorkspaceError):
    """No such route: Databricks has it perhaps, this workspace does not."""

    status = 404
    error_code = "ENDPOINT_NOT_FOUND"


class ResourceConflict(WorkspaceError):
    """An update of the same serving endpoint is in progress."""

    status = 409
    error_code = "RESOURCE_CONFLICT"


class NameTaken(WorkspaceError):
    """A serving endpoint with this name exists."""

    status = 409
    error_code = "RESOURCE_ALREADY_EXISTS"


class PreconditionFailed(WorkspaceError):
    """The file has changed since the time that the client named."""

    status = 412
    error_code = "PRECONDITION_FAILED"


class TooManyRequests(WorkspaceError):
    """A rate limit is reached: try again."""

    status = 429
    error_code = "REQUEST_LIMIT_EXCEEDED"
    headers: ClassVar[dict[str, str]] = {"retry-after": "1"}


class NotOffered(WorkspaceError):
    """Databricks has this API, the local workspace does not."""

    status = 501
    error_code = "NOT_IMPLEMENTED"


class TemporarilyUnavailable(WorkspaceError):
    """Try again: the endpoint has no served model that is ready."""

    status = 503
    error_code = "TEMPORARILY_UNAVAILABLE"


class StorageError(WorkspaceError):
    """A signed URL is refused: answered in XML as a cloud's storage does, by which clients tell the cases."""

    status = 403
    error_code = "AccessDenied"


class UrlExpired(StorageError):
    """The URL was used too late; clients ask for a new one."""


class SignatureDoesNotMatch(StorageError):
    """The URL was not given by this workspace, or is for another path or method."""

    error_code = "SignatureDoesNotMatch"


class NoSuchKey(StorageError):
    """There is no such file, or no such upload."""

    status = 404
    error_code = "NoSuchKey"


class SecurableError(WorkspaceError):
    """A refusal of Unity Catalog, which has a code for every kind of object."""

    status = 400
    suffix: ClassVar[str]

    def __init__(self, noun: str, text: str) -> None:
        super().__init__(text)
        self._code = f"{noun.upper().replace(' ', '_')}_{self.suffix}"

    @property
    def envelope(self) -> dict[str, Any]:
        """With the code of the kind."""
        return {"error_code": self._code, "message": str(self)}


class SecurableNotFound(SecurableError):
    """No such catalog, schema or volume."""

    status = 404
    suffix = "DOES_NOT_EXIST"

    def __init__(self, noun: str, name: str) -> None:
        super().__init__(noun, f"{noun} '{name}' does not exist.")


class SecurableExists(SecurableError):
    """The name is taken."""

    suffix = "ALREADY_EXISTS"

    def __init__(self, noun: str, name: str) -> None:
        super().__init__(noun, f"{noun} '{name}' already exists")


class SecurableNotEmpty(SecurableError):
    """Something is in it, and `force` was not said."""

    suffix = "NOT_EMPTY"

    def __init__(self, noun: str, name: str, contents: str) -> None:
        super().__init__(noun, f"{noun} '{name}' is not empty. {contents}")
