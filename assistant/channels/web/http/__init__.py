"""Plain HTTP endpoints in the shape of the OpenAI API: questions in text, recordings, speech."""
