"""Data in, figure out: one file a subject. Nothing here asks the database."""
