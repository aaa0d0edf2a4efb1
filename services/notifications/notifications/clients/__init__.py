"""The world outside: the mail server, sealed links, the template files."""
