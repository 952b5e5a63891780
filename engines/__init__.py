"""BERT as data, its runtimes, the reader and the encoder. Knows text, not sessions or audio."""
