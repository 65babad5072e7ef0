"""Failures on order: the engine that arms them, and one module per point of the protocol with what can go wrong."""
