"""Managing a wave in the browser: what the commands do, for whoever has the role for it."""
