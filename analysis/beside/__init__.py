"""What is published beside a wave's answers, out of small files that others give."""
