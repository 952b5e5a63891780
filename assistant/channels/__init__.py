"""Ways in and out of the assistant: they carry events and know nothing of how an answer is made."""
