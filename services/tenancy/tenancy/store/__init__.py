"""The SQL of tenancy, one file per family of tables."""
