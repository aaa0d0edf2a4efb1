"""The journeys of subscriptions, one file each; the only place that opens transactions."""
