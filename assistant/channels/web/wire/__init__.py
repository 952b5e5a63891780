"""What stands between a socket and the application: HTTP through uvicorn, WebSocket, and patience with slow peers."""
