"""Reading a plan folder: YAML with line numbers, values by type, the rules between them, the JSON Schema."""
