"""Where notices come from."""
