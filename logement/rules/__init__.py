"""Pure rules of the stock, of stays and of what is owed for them."""
