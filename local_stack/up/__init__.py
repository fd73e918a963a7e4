"""`python -m local_stack.up`, which is `make up`."""
