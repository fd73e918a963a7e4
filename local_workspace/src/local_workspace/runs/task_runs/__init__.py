"""Task runs that have not ended: each is a thread that carries one out, a module for each way to do it."""
