"""Routes behind the workspace's guard, as the application puts them."""

from starlette.types import ASGIApp

from local_workspace.auth import guarded
from local_workspace.clock import Clock
from local_workspace.identity.callers import Callers
from local_workspace.identity.principals import Principals
from local_workspace.settings import Settings
from local_workspace.signed_urls import SignedUrls
from local_workspace.store import Store


def guarded_app(app: ASGIApp, settings: Settings, store: Store, clock: Clock) -> ASGIApp:
    """The application for those who have a token."""
    callers = Callers(settings, store, clock, Principals(settings, store))
    return guarded(app, settings, SignedUrls(store, clock), callers)
