"""Training methods behind one seam: each turns a batch into gradients and a trace of what it did."""
