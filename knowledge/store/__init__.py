"""Where documents and passages are kept."""
