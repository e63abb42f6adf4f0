"""Writes bundles, good and bad, from docs/format.md alone. It shares no code with libevidence."""
