"""What identity decides, on values alone."""
