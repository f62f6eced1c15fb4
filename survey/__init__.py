"""Candour: the Flask application, a stage of an answer's journey per folder."""
