"""The roster as a month in the browser: for reading only, behind a secret address."""
