"""What boards do about what was said: answers to concerns, actions, and what everybody reads."""
