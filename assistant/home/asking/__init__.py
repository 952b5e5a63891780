"""Questions about a house: which of its things they are of, and what is said to them."""
