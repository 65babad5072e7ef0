"""The endpoints of OpenID Connect and OAuth 2.0, one module each."""
