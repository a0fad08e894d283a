"""What the pytest plugin does once a fixture is used; imports pytest, so nobody imports it else."""
