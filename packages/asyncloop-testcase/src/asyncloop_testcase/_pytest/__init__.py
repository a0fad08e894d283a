"""What the pytest plugin does once a test has checks; imports pytest, so nobody imports it else."""
