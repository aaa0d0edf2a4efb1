"""Tenancy: organisations, their contracts, who holds which office, the installation's clock."""
