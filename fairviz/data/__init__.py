"""From a file to arrays: load, describe, suggest, check, split, encode. numpy and pandas only."""
