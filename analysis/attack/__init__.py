"""What a reader could try: attacks on published files, by code that protects nothing."""
