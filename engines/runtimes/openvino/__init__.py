"""BERT on a CPU by OpenVINO."""
