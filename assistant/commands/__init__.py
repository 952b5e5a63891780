"""One module per command of `repartee`, each with a `command`; imported only when it is called."""
