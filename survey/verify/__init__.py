"""Checking what was published, by anybody: no database, no settings, no secret."""
