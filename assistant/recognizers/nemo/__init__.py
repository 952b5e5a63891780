"""NeMo recognizers, on a GPU or a CPU."""
