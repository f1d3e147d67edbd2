"""What timings say: rows, sentences and exports."""
