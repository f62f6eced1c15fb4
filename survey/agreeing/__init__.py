"""What takes two people: to open a wave, to close it, to publish its Release or discard it."""
