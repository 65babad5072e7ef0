"""A Django application whose people log in with OpenID Connect, through Authlib: settings, views and URLs in one."""

import logging

import django
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import escape
from joserfc.errors import JoseError
from requests import RequestException

if not settings.configured:
    settings.configure(
        SECRET_KEY="for an example",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        OIDC={"metadata_url": "https://idp.example/.well-known/openid-configuration", "client_id": "app"},
    )
    django.setup()


def identity_provider():
    """Authlib's client, as the settings say now."""
    return OAuth().register(
        "idp",
        server_metadata_url=settings.OIDC["metadata_url"],
        client_id=settings.OIDC["client_id"],
        client_secret=settings.OIDC.get("client_secret"),
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )


def home(request):
    """Who is logged in."""
    name = request.session.get("name")
    return HttpResponse(f"Hello, {escape(name)}." if name else "Nobody is logged in.")


def login(request):
    """Away to the identity provider."""
    return identity_provider().authorize_redirect(request, request.build_absolute_uri(reverse("callback")))


def callback(request):
    """Back from there."""
    try:
        token = identity_provider().authorize_access_token(request)
    except (AuthlibBaseError, JoseError, RequestException) as error:
        logging.getLogger(__name__).warning("login failed: %s", error)
        return HttpResponse("Your login failed. Please try again.", status=400)
    if "userinfo" not in token:
        return HttpResponse("Your identity provider did not say who you are.", status=400)
    request.session["name"] = token["userinfo"]["name"]
    return redirect("home")


urlpatterns = [
    path("", home, name="home"),
    path("login", login, name="login"),
    path("callback", callback, name="callback"),
]
