"""Serving endpoints: each served model version is a process. The door is `endpoints.Endpoints`."""
