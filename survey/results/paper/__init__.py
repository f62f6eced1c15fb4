"""Readers' pages as PDF: what a page shows, on A4, from the very HTML that its view renders."""
