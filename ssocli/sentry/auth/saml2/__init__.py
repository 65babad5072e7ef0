"""The auth module for SAML 2.0: Sentry as a service provider."""
