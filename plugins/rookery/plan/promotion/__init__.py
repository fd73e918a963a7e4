"""What a plan says of the data that it takes, and of when a new version takes over."""
