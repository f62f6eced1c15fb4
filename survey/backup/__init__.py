"""Backups: what may be copied, in one file, and a home made again from it.

Nothing that destroying a wave must reach is in a backup, and nothing by which two backups of an
open wave would tell who used a code or answered in between.
"""
