"""Networks and training methods for many members at once; usable without the rest of FairViz."""
