"""The journeys of identity, one file each. Only here are transactions opened."""
