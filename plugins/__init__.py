"""Fused CUDA kernels for BERT and their registration as TensorRT plugins. Knows tensors, not sentences."""
