"""The Wyoming protocol: Home Assistant and its satellites listen, speak and ask through it."""
