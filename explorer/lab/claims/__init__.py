"""What the page claims of its experiments, and how often it held."""
