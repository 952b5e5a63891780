"""BERT in kernels of our own, and their launchers. Knows tensors, not sentences."""
