"""What is neither SQL nor a rule: hashing passwords, sealing links."""
