"""For all tests."""

import logging

# Py4J reports the end of each connection, also those that the garbage collector ends after pytest has.
logging.getLogger("py4j").setLevel(logging.WARNING)
