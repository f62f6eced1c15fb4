"""Waves, cards, headcounts and the people who sign in."""
