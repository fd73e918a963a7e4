"""Who may do what with a thing that has an id: recorded and shown. There is one user, who may do all."""
