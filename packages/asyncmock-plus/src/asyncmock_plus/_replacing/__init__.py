"""The room of the switch: ours in the place of ``unittest.mock``."""
