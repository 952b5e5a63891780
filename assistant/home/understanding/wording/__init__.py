"""The words and ways of saying things, whatever house they are said in."""
