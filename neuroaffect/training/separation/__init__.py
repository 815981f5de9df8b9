"""Which features tell classes apart, by themselves."""
