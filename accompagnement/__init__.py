"""Support of the people housed."""
