"""The SAML 2.0 identity provider: metadata, single sign-on and single logout of an issuer."""
