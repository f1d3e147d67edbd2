"""Shapes"""
from explorer import ui
svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 40"><style>text{fill:#000;font-family:"Source Sans",sans-serif}@media (prefers-color-scheme:dark){text{fill:#f0f}}</style><text y="30" x="5">hello fonts</text></svg>'
ui.drawing(svg, "x")
