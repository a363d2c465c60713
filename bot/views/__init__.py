"""SHOW: values in, messages and modals out. Pure."""
