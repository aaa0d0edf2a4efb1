"""The journeys of tenancy, one file each; the only place that opens transactions."""
