"""What speaks MQTT below the broker: addresses, packets, subscriptions, what comes in."""
