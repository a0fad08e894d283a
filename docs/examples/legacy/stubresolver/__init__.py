"""A small DNS client, as one wrote them in 2018."""
