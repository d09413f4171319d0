"""From a prepared task and a list of runs to a stream of events; no page, no store."""
