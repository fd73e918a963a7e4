"""Whose a token is: the workspace's own, a personal one, or one that OAuth has issued."""

import secrets

from local_workspace.clock import Clock
from local_workspace.errors import ResourceDoesNotExist
from local_workspace.identity.credentials import Credentials
from local_workspace.identity.errors import InvalidClient, InvalidGrant
from local_workspace.identity.kinds import SERVICE_PRINCIPALS
from local_workspace.identity.principals import Principals
from local_workspace.settings import Settings
from local_workspace.store import Document, Store

SECONDS_OF_AN_ACCESS_TOKEN = 3600
SECONDS_OF_A_CLIENT_SECRET = 2 * 365 * 24 * 3600


class Callers:
    """Every token and every client's secret; safe to use from every thread."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, principals: Principals) -> None:
        self._token = settings.token.encode()
        self._user = settings.user_name
        self._principals = principals
        self.personal = Credentials("personal_tokens", "dapi", store, clock)
        self.access = Credentials("access_tokens", "eyJ", store, clock)
        self.client_secrets = Credentials("client_secrets", "dose", store, clock)

    def caller(self, credential: bytes) -> str | None:
        """The name of who calls with a token; None if it is nobody's, or not good any more."""
        if secrets.compare_digest(credential, self._token):
            return self._user
        secret = credential.decode(errors="replace")
        found = self.personal.find(secret) or self.access.find(secret)
        if found is None or self._principals.named(found["owner"]) is None:
            return None
        return str(found["owner"])

    def details_of(self, secret: str) -> str:
        """The `authorization_details` that an access token was issued with; "" if with none."""
        found = self.access.find(secret)
        return str(found.get("details", "")) if found else ""

    def exchanged(self, assertion: str, details: str) -> tuple[str, int]:
        """A token of the same caller for what the details name, for an access token that is good.

        Raises `InvalidGrant`.
        """
        found = self.access.find(assertion)
        if found is None or self._principals.named(found["owner"]) is None:
            raise InvalidGrant("assertion is no access token of this workspace that is still good")
        return self._issue(str(found["owner"]), scope=found.get("scope", ""), details=details)

    def access_token(
        self, client_id: str, client_secret: str, scope: str, details: str = ""
    ) -> tuple[str, int]:
        """A token for a service principal, and for how many seconds. Raises `InvalidClient`."""
        found = self.client_secrets.find(client_secret)
        is_known = found is not None and found["owner"] == client_id
        if not is_known or self._principals.named(client_id) is None:
            raise InvalidClient("Client authentication failed")
        return self._issue(client_id, scope=scope, details=details)

    def _issue(self, owner: str, **facts: str) -> tuple[str, int]:
        self.access.all()  # forgets those that are over
        token, _ = self.access.issue(owner, SECONDS_OF_AN_ACCESS_TOKEN, **facts)
        return token, SECONDS_OF_AN_ACCESS_TOKEN

    def new_client_secret(self, number: str, seconds: int | None) -> tuple[str, Document]:
        """A secret for a service principal, by its number; it is told this once."""
        return self.client_secrets.issue(self._client_id(number), seconds or SECONDS_OF_A_CLIENT_SECRET)

    def secrets_of(self, number: str) -> list[Document]:
        """What is kept of the secrets of a service principal."""
        client_id = self._client_id(number)
        return [each for each in self.client_secrets.all() if each["owner"] == client_id]

    def delete_client_secret(self, number: str, secret_id: str) -> None:
        """A secret is not good any more. Raises `ResourceDoesNotExist`."""
        found = [each for each in self.secrets_of(number) if each["id"] == secret_id]
        if not found:
            raise ResourceDoesNotExist(f"Secret {secret_id} does not exist.")
        self.client_secrets.delete(found[0])

    def _client_id(self, number: str) -> str:
        return str(self._principals.get(SERVICE_PRINCIPALS, number)["applicationId"])
