"""Measurements: `python -m tests.bench` prints them all, `python -m tests.bench NAME` one. None is a test."""
