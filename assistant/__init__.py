"""The application: turn, budget, speech, channels, configuration and command line."""
