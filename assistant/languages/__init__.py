"""What depends on a language, one folder for each."""
