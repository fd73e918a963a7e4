"""Tasks that the workspace itself carries out: conditions, loops, other jobs. They need no cluster."""
