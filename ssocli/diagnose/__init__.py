"""Reads what support has, judges it by the rules of `ssocli.checks`, and names the root cause."""
