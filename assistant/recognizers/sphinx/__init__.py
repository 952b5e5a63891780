"""pocketsphinx, in a process of its own."""
