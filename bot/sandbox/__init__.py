"""A local workspace that speaks the wire protocol of Slack; shares nothing with the bot but the wire."""
