"""Settings, documents and certificates: how the two parties are set up, before anything passes between them.

The rules of each kind of document are imported where one is judged: a configuration alone must not wait for them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ssocli.checks import saml_metadata, settings, sp_metadata
from ssocli.checks.check import Owner, evaluate
from ssocli.config.model import OAuth2Provider, OidcProvider, Saml2Provider
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Configured, Known
from ssocli.diagnose.product import PRESETS, product_of
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.sentry.auth.client import Client

_WELL_KNOWN = "/.well-known/openid-configuration"
_ADDRESSES = (
    *("issuer", "discovery_url", "authorization_endpoint", "token_endpoint", "api_url"),
    *("metadata_url", "sso_url", "slo_url"),
)


def judge(things: Sequence[Thing], known: Known, now: float) -> Iterator[Judged]:
    """What can be said of the set-up."""
    for place, problem in known.problems:
        yield Judged(place, evaluate("settings", settings.SettingsContext("", problem=problem)))
    if known.configured:
        yield from _configured(known.configured, known)
    if known.metadata is not None:
        yield _metadata(known, now)
    if known.discovery is not None:
        yield _discovery(known)
    for thing in things:
        yield from _document(thing, things, known, now)
    if known.jwks is not None and not any(thing.kind in {Kind.JWT, Kind.TOKEN_RESPONSE} for thing in things):
        from ssocli.checks import jwks

        provider = known.configured.oidc if known.configured else None
        algorithms = tuple(provider.algorithms) if provider else ("RS256",)
        yield Judged(known.jwks_place, evaluate("jwks", jwks.JwksContext(known.jwks, algorithms)))


def _document(thing: Thing, things: Sequence[Thing], known: Known, now: float) -> Iterator[Judged]:
    """Metadata and certificates, each for itself and beside the others."""
    match thing.kind:
        case Kind.IDP_METADATA if known.idp is not None and thing.place != known.metadata_place:
            from ssocli.checks import metadata_change

            other = saml_metadata.read_idp(thing.data)
            if other is not None:
                context = metadata_change.MetadataChangeContext(known.idp, other)
                yield Judged(f"{known.metadata_place} and {thing.place}", evaluate("metadata_change", context))
        case Kind.SP_METADATA:
            yield Judged(thing.place, evaluate("sp_metadata", _application(thing, known, now)))
        case Kind.CERTIFICATE | Kind.PRIVATE_KEY:
            from ssocli.checks import certificate

            configured = known.idp.certificates if known.idp else ()
            is_key = thing.kind is Kind.PRIVATE_KEY
            others = tuple(each.text for each in things if each.kind is Kind.CERTIFICATE and each is not thing)
            pasted = certificate.CertificateContext(thing.text, now, is_key, configured, others)
            yield Judged(thing.place, evaluate("certificate", pasted))


def _configured(configured: Configured, known: Known) -> Iterator[Judged]:
    provider = configured.provider
    place = f"{configured.place}, providers.{configured.key}"
    yield Judged(place, evaluate("settings", _settings(configured, known)))
    if isinstance(provider, OidcProvider | OAuth2Provider):
        from ssocli.checks.authorization_request import AuthorizationRequestContext
        from ssocli.sentry.auth.authorization_request import build_request

        client = Client(configured.key, provider, configured.redirect_uri)
        endpoint = (known.discovery or {}).get("authorization_endpoint")
        endpoint = endpoint if isinstance(endpoint, str) else _endpoint(provider)
        url = build_request(client, endpoint).url
        context = AuthorizationRequestContext(url, endpoint, isinstance(provider, OidcProvider))
        yield Judged(f"{place} (the request made of it)", evaluate("authorization_request", context))


def _endpoint(provider: OidcProvider | OAuth2Provider) -> str:
    """Where the request would be sent, as far as the table tells."""
    return provider.issuer if isinstance(provider, OidcProvider) else provider.authorization_endpoint


def _settings(configured: Configured, known: Known) -> settings.SettingsContext:
    provider = configured.provider
    names = ("issuer", "client_id", "entity_id", "sso_url", "metadata_url", "discovery_url")
    found = ((name, getattr(provider, name, None)) for name in names)
    secret = getattr(provider, "client_secret", None)
    is_saml = isinstance(provider, Saml2Provider)
    product = product_of(known.idp.entity_id) if is_saml and known.idp else None
    return settings.SettingsContext(
        sentry_url=configured.sentry_url,
        values=tuple((name, value) for name, value in found if isinstance(value, str)),
        issuer=getattr(provider, "issuer", ""),
        secret=secret if isinstance(secret, str) else "",
        hosted_domains=tuple(getattr(provider, "hosted_domains", ())),
        scopes=tuple(getattr(provider, "scopes", ())),
        required_organization=getattr(provider, "required_organization", None) or "",
        preset=(provider.preset or "") if isinstance(provider, Saml2Provider) else "",
        product=PRESETS.get(product or "", ""),
        problem=configured.problem,
        kind={OidcProvider: "oidc", OAuth2Provider: "oauth2"}.get(type(provider), "saml2"),
        email_claim="" if isinstance(provider, Saml2Provider) else provider.claims.email,
        algorithms=tuple(getattr(provider, "algorithms", ())),
        domains=(*configured.allowed_domains, *getattr(provider, "hosted_domains", ())),
        addresses=tuple(value for name in _ADDRESSES if isinstance(value := getattr(provider, name, None), str)),
        leeway=configured.leeway,
    )


def _application(thing: Thing, known: Known, now: float) -> sp_metadata.SpMetadataContext:
    """The application's metadata beside what its configuration makes of it, and beside its identity provider."""
    sp = known.configured.service_provider if known.configured else None
    at = sp.at if sp else None
    return sp_metadata.SpMetadataContext(
        thing.data, now, at.entity_id if at else None, at.acs if at else None, known.idp
    )


def _metadata(known: Known, now: float) -> Judged:
    sp = known.configured.service_provider if known.configured else None
    context = saml_metadata.SamlMetadataContext(
        known.metadata or b"",
        known.metadata_place,
        now,
        sp.provider.entity_id if sp else None,
        sign_requests=sp.provider.sign_requests if sp else known.signs_requests is not False,
    )
    checks = evaluate("saml_metadata", context)
    if sp and known.metadata_place == (known.configured and known.configured.place):
        # The table itself says what metadata would: whatever is wrong with it was typed at the application.
        checks = tuple(replace(check, owner=Owner.APP) for check in checks)
    return Judged(known.metadata_place, checks)


def _discovery(known: Known) -> Judged:
    document = known.discovery or {}
    configured = known.configured
    if configured and isinstance(configured.provider, OidcProvider):
        from ssocli.sentry.auth import judging

        client = Client(configured.key, configured.provider, configured.redirect_uri)
        return Judged(known.discovery_place, judging.discovery(client, known.discovery_place, document))
    from ssocli.checks import discovery

    issuer, place = document.get("issuer"), known.discovery_place
    if place.startswith("http") and place.endswith(_WELL_KNOWN):
        issuer = place.removesuffix(_WELL_KNOWN)  # OIDC Discovery 4.3: whose document is found there must say so
    context = discovery.DiscoveryContext(place, issuer if isinstance(issuer, str) else "", document)
    return Judged(known.discovery_place, evaluate("discovery", context))
