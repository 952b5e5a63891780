"""Templates that devices announce: read, bounded, rendered."""
