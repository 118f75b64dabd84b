"""How dates are written on the pages, by language."""
