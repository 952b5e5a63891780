"""What Repartee can do besides answering from documents: one small protocol, found by entry point."""
