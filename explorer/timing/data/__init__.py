"""What a timing is, as data: what was asked, what was measured, how it is kept and read back. No torch."""
