"""What takes how long, measured by the commands `repartee bench ...`."""
