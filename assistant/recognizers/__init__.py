"""From speech to words: one protocol, a folder for each family."""
