"""What the services promise each other: calls, events, rights. Nothing else, marshmallow alone."""
