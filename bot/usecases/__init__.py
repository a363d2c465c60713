"""DO: read, decide, save, tell. Plain functions, run in a thread."""
