"""SQL of the gateway's own database, one file per table family. Nothing here belongs to a tenant:
clients, keys and sessions are the installation's, so every transaction is in scope EVERYONE.
"""
