"""The SQL of subscriptions, one file per family of tables."""
