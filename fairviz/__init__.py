"""FairViz: the trade-off between performance and fairness in healthcare AI, made visible."""
