"""The gates between a project's stages: conditions over its facts, kept by the park."""
