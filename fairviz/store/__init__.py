"""What is kept: datasets, tasks, comparisons, runs, epochs. Reports and specifications pass as JSON."""
