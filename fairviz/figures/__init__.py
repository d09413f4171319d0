"""Data to plotly figures: pure functions, without streamlit, files or torch."""
