"""Indexes over the passages; all can be made again from the store."""
