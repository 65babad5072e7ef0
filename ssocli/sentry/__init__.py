"""The emulated Sentry: pages, auth modules, provisioning, sessions, access, store."""
