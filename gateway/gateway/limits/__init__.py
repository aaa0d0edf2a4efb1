"""How much of the gateway each address, person and client may take, over all its processes."""
