"""A scheduler of periodic jobs, as one wrote them in 2018."""
