"""Known formats: what their columns are called, and what they mean."""
