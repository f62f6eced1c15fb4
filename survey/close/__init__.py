"""The only place that opens answers: keys, unsealing, closing a wave, destroying."""
