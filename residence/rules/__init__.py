"""Pure rules shared by all apps: money, dates, budget."""
