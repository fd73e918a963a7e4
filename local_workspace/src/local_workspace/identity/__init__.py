"""Who there is (users, groups, service principals), and the tokens by which they call."""
