"""The judge: the champion and its challenger on the same test rows. The door is `verdict.decide`."""
