"""The inference and training engine: everything with tensors, nothing of Qt."""
