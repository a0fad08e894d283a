"""A service that takes orders, as one wrote them in 2018."""
