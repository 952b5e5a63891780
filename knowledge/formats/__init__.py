"""From a file to plain text with headings."""
