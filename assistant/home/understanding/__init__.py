"""What a sentence wants of a house: `grammar.Grammar`, and what it is made of."""
