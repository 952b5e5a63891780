"""What each component of Home Assistant's MQTT discovery announces, reports and takes, one module for each family."""
