"""What is real and may answer: threads, jobs, descriptors, processes. It knows of no clock."""
