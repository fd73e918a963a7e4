"""The server's child processes. The door is `processes.Processes`."""
