"""The house: devices found over MQTT, what they are doing, and what people say about them."""
