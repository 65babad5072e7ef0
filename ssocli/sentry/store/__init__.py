"""The emulated Sentry's memory: one SQLite database, migrated by version, changed only in transactions."""

from ssocli.sentry.store.database import Store, StoreError

__all__ = ["Store", "StoreError"]
