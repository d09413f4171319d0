"""What leaves the house: summaries of comparisons as JSON and text."""
