"""Yuanqi 园企: the service platform of an industrial park."""
