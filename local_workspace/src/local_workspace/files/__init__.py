"""Files as folders of this machine. The doors are `dbfs.DbfsFiles` and `workspace.WorkspaceFiles`."""
