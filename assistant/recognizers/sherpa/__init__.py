"""Streaming recognition by sherpa-onnx, in a process of its own (extra `[asr]`)."""
