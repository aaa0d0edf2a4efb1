"""Notifications: mails in the reader's language, sent once for one fact; what was sent, to whom."""
