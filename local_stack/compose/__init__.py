"""The stack of docker-compose.yaml: its settings, and its test, which is `make compose-test`."""
