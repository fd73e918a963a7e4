"""What the Files API serves: trees of paths, each with real files behind it. The door is `trees.Trees`."""
