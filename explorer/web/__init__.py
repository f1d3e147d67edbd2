"""The face: everything that knows Streamlit. Pages are put together from here."""
