"""BERT on an NVIDIA GPU by our own kernels."""
