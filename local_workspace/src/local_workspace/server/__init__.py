"""The server process: its address, port, token, root folder and end. The door is `server.serve`."""
