"""Renderings of a trace, one module per format; redaction lives here."""
