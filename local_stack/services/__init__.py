"""What the demo, `make up` and the tests start: each a child process that ends with its starter."""
