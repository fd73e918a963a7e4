"""Which part of MLflow's server answers a call."""

from local_workspace.mlflow.calls import PREFIX


def test_flask_alone_answers_what_is_handed_to_it() -> None:
    """Its ASGI application has no route of its own there, in the MLflow that is installed."""
    from mlflow.server.fastapi_app import app

    own = [getattr(route, "path", "") for route in app.routes]
    assert len(own) > 5
    assert [path for path in own if path.startswith(PREFIX)] == []
