"""The parts of `run`, in the order in which data passes through them."""
