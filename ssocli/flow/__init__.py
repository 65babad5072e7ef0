"""The drive: a browser, the ten steps, the listener."""
