"""Files as folders of this machine. The doors are `dbfs.DbfsFiles`, `workspace.WorkspaceFiles` and, for the
Files API, `trees.trees.Trees`.
"""
