"""Deliveries -> processed tables: nothing lost silently, nothing personal kept."""
