"""Tags that only pages of sources use."""
