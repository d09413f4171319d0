"""Folders in known layouts, one file per layout."""
