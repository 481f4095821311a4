"""The console as people meet it: in a browser."""
