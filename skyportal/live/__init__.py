"""Open pages hear that something they watch has changed. Messages name topics and carry no content."""
