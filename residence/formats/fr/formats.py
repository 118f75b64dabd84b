"""Dates as they are read at work: 12/03/2026. What is not here is Django's own for French."""

DATE_FORMAT = SHORT_DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d/m/Y à H:i"
