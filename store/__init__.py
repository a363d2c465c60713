"""What the team knows and where it is kept: the pure rules (`store.domain`), the rows, and the plan's files."""
