"""What is asked: the frozen model, the YAML loader, the codebook and the table plan."""
