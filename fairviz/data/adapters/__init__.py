"""Known formats, a file each: what their columns or folders are called, and what they mean."""
