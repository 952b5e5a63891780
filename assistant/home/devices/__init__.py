"""The devices of a house: found by what they announce, kept with their states, told what to do."""
