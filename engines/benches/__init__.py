"""Benchmarks of reading: runtimes, GPUs, PyTorch."""
