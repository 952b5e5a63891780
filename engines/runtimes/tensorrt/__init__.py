"""BERT on an NVIDIA GPU by TensorRT."""
