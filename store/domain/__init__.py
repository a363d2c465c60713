"""DECIDE: the rules, as pure functions over frozen values. Standard library and dateutil only; no clock, no I/O."""
