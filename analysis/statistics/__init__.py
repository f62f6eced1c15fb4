"""Estimators over tallies: proportions, scores, comparisons, weighting, concerns."""
