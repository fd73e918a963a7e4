"""Secrets: scopes, values and who may read them. The door is `scopes.SecretScopes`."""
