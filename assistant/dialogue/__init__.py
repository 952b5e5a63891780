"""What is said about the conversation itself: its memory, its commands, its playback."""
