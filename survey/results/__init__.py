"""What readers see: the release store, the pages, the charts; from Releases only."""
