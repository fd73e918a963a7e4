"""What a run asks for to compute on, and what a workspace has of that."""
