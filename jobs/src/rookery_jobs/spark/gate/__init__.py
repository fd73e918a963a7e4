"""The data gate: a snapshot is compared with what is expected, before anything is trained on it. The door is
`gate.judged`."""
