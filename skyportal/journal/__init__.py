"""What happened, written down in the same transaction, and everything that follows from it.

An action calls `recording.record(SourceSaved(...))`; an app's `reactions.py` says `@on(SourceSaved)`.
"""
