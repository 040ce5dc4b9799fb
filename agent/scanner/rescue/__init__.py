"""Codes that no engine's own detector finds: finder patterns, a grid laid through them, modules sampled one by one."""
