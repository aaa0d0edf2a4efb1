"""What tenancy needs of cryptography; nothing here knows the database or the wire."""
