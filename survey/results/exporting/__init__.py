"""Whole files of a wave for readers: a workbook, tidy tables with their description, all waves."""
