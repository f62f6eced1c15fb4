"""The demo: a synthetic force with planted truths, taken through the real path of every answer."""
