"""The journeys of notifications."""
