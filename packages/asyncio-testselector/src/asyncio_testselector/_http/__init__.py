"""HTTP peers in a few words. Imports `_script` and below; h11, an extra, in one module."""
