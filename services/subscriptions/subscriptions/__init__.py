"""Subscriptions: what can be ordered at which price, what was ordered, what runs until when."""
