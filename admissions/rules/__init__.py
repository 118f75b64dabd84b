"""Pure rules of admission."""
