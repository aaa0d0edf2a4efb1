"""Vigie: an application of another company, where people enter with Guichet. Made to be copied."""
