"""Which things of a house a few words mean."""
