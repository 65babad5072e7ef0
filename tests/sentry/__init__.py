"""Tests of the emulated Sentry."""
