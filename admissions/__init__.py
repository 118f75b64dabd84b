"""Who asks to come in."""
