"""Identity: people, two credentials with two locks, roles by section, one-time links."""
