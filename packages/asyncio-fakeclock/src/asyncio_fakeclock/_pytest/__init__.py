"""What the pytest plugin does once there is a clock; imports pytest, so nobody imports it else."""
