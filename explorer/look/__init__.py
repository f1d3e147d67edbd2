"""A picture through a net whose weights were trained: the nets that ship, what they were trained on, and how."""
