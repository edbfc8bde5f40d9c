"""Small servers that speak the protocols of other people's services, and can be told to misbehave."""
