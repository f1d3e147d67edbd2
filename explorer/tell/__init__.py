"""How facts are shown: drawings, plots, HTML text, tables, code and links. Plain text and data out; no Streamlit."""
