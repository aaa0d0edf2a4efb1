"""The SQL of identity, one file per table family."""
