"""What the tests of patch.dict patch."""

SETTINGS = {"retries": 3}


class Container:
    """The least that patch.dict takes."""

    def __init__(self, **values):
        self.values = values

    def __getitem__(self, key):
        return self.values[key]

    def __setitem__(self, key, value):
        self.values[key] = value

    def __delitem__(self, key):
        del self.values[key]

    def __iter__(self):
        return iter(list(self.values))
