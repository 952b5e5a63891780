"""What runs BERT: one protocol, a folder for each kind of hardware."""
