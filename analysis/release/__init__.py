"""The Release: what is published of one wave, and the only thing that readers' pages may read."""
