"""Made-up datasets with planted disparities, each documented in numbers."""
