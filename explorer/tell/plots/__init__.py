"""Plain rows as plotly figures. The only place that knows plotly."""
