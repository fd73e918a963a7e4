"""The pictures of docs/images, taken in a browser: `make screenshots`."""
