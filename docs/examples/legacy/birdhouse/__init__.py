"""Sensors in a birdhouse, as one wrote such a program in 2016: to be migrated before it runs."""
