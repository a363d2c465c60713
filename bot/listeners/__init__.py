"""HEAR: thin async listeners that translate Slack payloads into use-case calls."""
