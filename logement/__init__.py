"""The stock, who lives where, and what is owed."""
