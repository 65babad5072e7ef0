"""The headless browser. It does what a browser does and knows nothing of who is at the other end."""

from ssocli.flow.browser.browser import Browser, BrowserStopped
from ssocli.flow.browser.cookies import Cookie, CookieJar, Rejection
from ssocli.flow.browser.forms import Button, Field, Form
from ssocli.flow.browser.navigation import Navigation
from ssocli.flow.browser.page import Link, Page, Refresh

__all__ = [
    "Browser",
    "BrowserStopped",
    "Button",
    "Cookie",
    "CookieJar",
    "Field",
    "Form",
    "Link",
    "Navigation",
    "Page",
    "Refresh",
    "Rejection",
]
