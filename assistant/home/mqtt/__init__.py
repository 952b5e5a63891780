"""The broker: MQTT 3.1.1 and 5 through aiomqtt, what is sent to it and what comes in."""
