"""What somebody who signs in does with their own account."""
