"""What this app gives to the pages and acts of the others, by the names in settings."""
