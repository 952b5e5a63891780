"""From a question and passages to spans."""
