"""What is decided about mails, on values alone."""
