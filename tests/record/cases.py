"""What is recorded: a name, and what the person does."""

from __future__ import annotations

from collections.abc import Callable

from fake_idp import Clock
from ssocli.checks.saml_metadata import read_idp
from ssocli.config.model import AttributeNames

from . import apps
from .world import World, providers, sentry, world

CASES: dict[str, Callable[[], World]] = {}
ALERT, DASHBOARD = "[role=alert]", "[data-testid=dashboard]"


def case(record: Callable[[], World]) -> Callable[[], World]:
    CASES["har-" + record.__name__.replace("_", "-")] = record
    return record


@case
def healthy_oidc() -> World:
    with world() as here, sentry(here):
        here.log_in("acme-oidc")
    return here


@case
def healthy_saml() -> World:
    with world() as here, sentry(here):
        here.log_in("acme-saml")
    return here


@case
def access_denied() -> World:
    with world() as here, sentry(here):
        here.open(f"{here.sentry}/auth/login/acme/")
        here.click("button[name=provider][value=acme-oidc]", "[data-testid=deny]")
        here.click("[data-testid=deny]", ALERT)
    return here


@case
def state_changed() -> World:
    with world() as here, sentry(here):
        here.log_in("acme-oidc", "alice+callback.truncated-state", "h1")
    return here


@case
def response_hours_later() -> World:
    """The identity provider's clock is two hours behind."""
    import time

    with world(clock=Clock(lambda: time.time() - 7200)) as here, sentry(here):
        here.log_in("acme-saml", then="h1")
    return here


@case
def redirect_uri_not_registered() -> World:
    """A client of which the identity provider knows another address."""
    with (
        world(strict=True) as here,
        sentry(here, lambda config: providers(config, "acme-oidc", client_id="web", client_secret="web-secret")),
    ):
        here.open(f"{here.sentry}/auth/login/acme/")
        here.click("button[name=provider][value=acme-oidc]", "h1")
    return here


@case
def changed_on_the_way() -> World:
    """An attribute was changed after the assertion was signed."""
    with world() as here, sentry(here):
        here.log_in("acme-saml", "alice+saml_signature.changed-attribute", "h1")
    return here


@case
def signed_by_a_stranger() -> World:
    with world() as here, sentry(here):
        here.log_in("acme-saml", "alice+saml_signature.other-key", "h1")
    return here


@case
def wrong_audience() -> World:
    with world() as here, sentry(here):
        here.log_in("acme-saml", "alice+saml_assertion.wrong-audience", "h1")
    return here


CONFIGURED = """[sentry]
url = "{sentry}"

[organizations.acme]

[providers.acme-saml]
type = "saml2"
organization = "acme"
entity_id = "{idp}/default/saml/metadata"
sso_url = "{idp}/default/saml/sso"
certificates = ['''{certificate}''']

[providers.acme-saml.attributes]
identifier = "uid"
user_email = "mail"
"""


@case
def attributes_of_other_names() -> World:
    """The application waits for attributes under other names; the customer sends its configuration along."""
    names = AttributeNames(identifier="uid", user_email="mail")
    with world() as here, sentry(here, lambda config: providers(config, "acme-saml", attributes=names)):
        here.log_in("acme-saml", then="h1")
        certificate = here.fetch("/saml/cert.pem").decode().strip()
        text = CONFIGURED.format(sentry=here.sentry, idp=here.idp_url, certificate=certificate)
        here.files["sentry.toml"] = text.encode()
    return here


@case
def certificate_renewed() -> World:
    """The identity provider signs with a new key since today; the customer sends the metadata of yesterday along."""
    with world() as here:
        yesterday = here.fetch("/saml/metadata")
        idp = read_idp(yesterday)
        assert idp is not None
        old = here.fetch("/saml/cert.pem").decode()
        known = {
            "metadata_url": None,
            "entity_id": idp.entity_id,
            "sso_url": idp.sso["Redirect"],
            "certificates": [old],
        }
        with sentry(here, lambda config: providers(config, "acme-saml", **known)):
            here.idp.keys.rotate(grace=0)
            here.log_in("acme-saml", then="h1")
        here.files["metadata.xml"] = yesterday
    return here


@case
def abandoned() -> World:
    """The person sees the identity provider's login page, and goes no further."""
    with world() as here, sentry(here):
        here.open(f"{here.sentry}/auth/login/acme/")
        here.click("button[name=provider][value=acme-oidc]", "[data-testid=username]")
    return here


@case
def ten_logins() -> World:
    """Ten people at one computer, one after the other; the eighth declines."""
    people = ["alice", "bob", "grace", "alice", "bob", "grace", "alice", "bob", "grace", "frank"]
    with world() as here, sentry(here):
        for number, user in enumerate(people, 1):
            here.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
            if number == 8:
                here.open(f"{here.sentry}/auth/login/acme/")
                here.click("button[name=provider][value=acme-oidc]", "[data-testid=deny]")
                here.click("[data-testid=deny]", ALERT)
            else:
                here.log_in("acme-oidc" if number < 10 else "acme-saml", user, "h1")
    return here


@case
def same_site_lost() -> World:
    """An application keeps the request in a SameSite=Lax cookie, and the response comes as a POST from another site."""
    with world() as here, apps.serving(apps.SamlApplication(here.idp_url, {"/acs"})) as app:
        here.open(f"{app}/login")
        here.sign_in(then="h1")
    return here


@case
def wrong_acs() -> World:
    """The service provider's metadata name an address that the application does not have."""
    with world() as here, apps.serving(apps.SamlApplication(here.idp_url, {"/acs"}, asks_for="/saml/acs")) as app:
        here.open(f"{app}/login")
        here.sign_in(then="h1")
    return here


@case
def login_loop() -> World:
    """The application's session cookie is for the path of its callback only."""
    with world() as here, apps.serving(apps.OAuthApplication(here.idp_url)) as app:
        here.open(f"{app}/")
        here.sign_in(then="body")
    return here


@case
def http_behind_tls_termination() -> World:
    """The application is on https behind a proxy, and believes to be on http."""
    with world() as here, apps.behind_tls(apps.OAuthApplication(here.idp_url, cookie_path="/")) as app:
        here.open(f"{app}/")
        here.sign_in(then="body")
    return here


@case
def expired_token_in_the_browser() -> World:
    """An application of one page fetches its tokens itself; the ID token has expired."""
    with world() as here, apps.serving(apps.SinglePage(here.idp_url)) as app:
        here.open(f"{app}/")
        here.click("#login", "[data-testid=username]")
        here.sign_in("alice+id_token.expired", "#done")
    return here
