"""One turn of the person, as data: words in, a reply out."""
