"""Engines beside this machine's own processes."""


class NoCluster(RuntimeError):
    """dask is not installed (no address), or its scheduler cannot be reached."""

    def __init__(self, address: str, problem: str) -> None:
        super().__init__(problem)
        self.address, self.problem = address, problem
