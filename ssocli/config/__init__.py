"""The configuration: typed, read from TOML, every problem named in one run."""
