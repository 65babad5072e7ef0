"""Captures of a customer's browser: HAR files and SAML-tracer exports, and the logins in them.

`read` takes the file apart, `find_logins` finds what in it is single sign-on, and `rebuild` tells one login as the ten
steps, judged by the same rules as a login of our own.
"""

from ssocli.diagnose.capture.hop import Capture, CaptureError, Hop
from ssocli.diagnose.capture.known import Known
from ssocli.diagnose.capture.logins import ObservedLogin, find_logins
from ssocli.diagnose.capture.reader import read
from ssocli.diagnose.capture.rebuild import rebuild

__all__ = ["Capture", "CaptureError", "Hop", "Known", "ObservedLogin", "find_logins", "read", "rebuild"]
