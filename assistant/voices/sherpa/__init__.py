"""Voices that sherpa-onnx runs: piper and other VITS, Matcha, Kokoro and Kitten, in a process of their own."""
