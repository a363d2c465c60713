"""Runs pipelines: claims a queued run, executes it on Spark in a process of its own, records what came out."""
