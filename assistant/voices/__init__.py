"""From words to speech: one protocol, a module for each voice."""
