"""A whole single sign-on login, step by step: an emulated Sentry, a browser and an identity provider in one trace."""

__version__ = "0.1.0"
