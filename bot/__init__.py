"""Hears and speaks: Slack listeners, use cases, views, gateways, and the schedule that ticks."""
