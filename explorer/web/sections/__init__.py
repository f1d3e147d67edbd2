"""The sections of pages, one folder or file a page."""
