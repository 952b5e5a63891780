"""Repartee over HTTP and WebSocket: the page, the API, Realtime."""
