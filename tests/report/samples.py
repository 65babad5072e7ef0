"""A login and a diagnosis with everything that a report can meet: secrets, hostile text, every kind of finding."""

from __future__ import annotations

from dataclasses import replace

from ssocli.checks.check import Check, Owner, Severity, Status
from ssocli.diagnosis import Decoded, Diagnosis, Finding, Input, Kind, Verdict
from ssocli.exchange import Exchange, Phases, Request, Response, Sender, TransportError
from ssocli.steps import Step
from ssocli.trace import Trace, TraceBuilder

SECRET = "s3cr3t-value-that-nobody-may-see"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
HOSTILE = "</text><script>alert(1)</script> `code` **bold** [x](javascript:y) @everyone https://evil.example/ \x1b[31m"

ROOT = Check(
    "IDT016",
    "wrong-issuer",
    Status.FAILED,
    Severity.ERROR,
    "iss https://idp.example/tenant",
    "iss https://idp.example/tenant/",
    evidence=f"id_token={JWT}",
    owner=Owner.APP,
    fix="Copy the issuer exactly, without the slash.",
    spec="OIDC Core 3.1.3.7 item 2",
)
WARNING = Check("AREQ009", "missing-pkce", Status.FAILED, Severity.WARNING, "a code_challenge", "none", fix="Send one.")
SYMPTOM = Check("UI006", "wrong-userinfo-subject", Status.FAILED, Severity.ERROR, "alice", HOSTILE)
PASSED = Check("IDT001", "malformed-id-token", Status.PASSED, Severity.ERROR, "a JWS", "a JWS")
BROKEN = Check("IDT009", "bad-times", Status.TOOL_ERROR, Severity.ERROR, "the check can be evaluated", "it failed")


def failed_login() -> Trace:
    """A login that was refused in step 6, with a back-channel request that was cut."""
    builder = TraceBuilder()
    builder.begin(Step.USER_SELECTION)
    builder.add_exchange(Exchange("GET", "http://app.example/auth/login/", Request(), Response(200), Phases(tcp=0.001)))
    builder.conclude(f"acme {HOSTILE}")
    builder.begin(Step.REDIRECT_TO_IDP)
    url = f"https://idp.example/authorize?client_id=sentry&state={SECRET}"
    builder.add_exchange(Exchange("GET", url, Request(), Response(302)))
    builder.conclude("to idp.example")
    builder.begin(Step.TOKEN_GENERATION)
    request = Request((("Authorization", f"Basic {SECRET}"),), f"code={SECRET}".encode())
    cut = TransportError("reset", "body", "the connection was cut")
    builder.add_exchange(Exchange("POST", "https://idp.example/token", request, None, error=cut, sender=Sender.SENTRY))
    builder.conclude("tokens came")
    builder.begin(Step.TOKEN_VALIDATION)
    builder.add_checks([PASSED, WARNING, ROOT])
    builder.fail(ROOT.code, "the issuer is another", "Authentication failed.")
    return builder.finish()


def good_login() -> Trace:
    """A login that reached the dashboard."""
    builder = TraceBuilder()
    for step in Step:
        builder.begin(step)
        builder.conclude("fine")
    builder.user = {"name": "Alice", "email": "alice@example.test", "created": True}
    return builder.finish()


def diagnosis() -> Diagnosis:
    """A diagnosis with one of everything."""
    root = Finding(
        ROOT,
        Step.TOKEN_VALIDATION,
        f"login.har, request 7, https://app.example/cb?code={SECRET}",
        difference="expected https://idp.example/tenant\nactual   https://idp.example/tenant/\n"
        + " " * 35
        + "^ a slash",
        causes=("The issuer was typed by hand.", "The tenant was renamed."),
        where="Okta: Security > API > Issuer",
    )
    return Diagnosis(
        inputs=(Input(Kind.HAR, "login.har", "34 requests, one login"),),
        verdict=Verdict.ROOT_CAUSE,
        root=root,
        supporting=(Finding(WARNING, Step.REDIRECT_TO_IDP, "login.har, request 3"),),
        symptoms=(Finding(SYMPTOM, Step.TOKEN_VALIDATION, "login.har, request 9"),),
        checked=(PASSED, ROOT, WARNING),
        trouble=(BROKEN,),
        missing=("the discovery document of the identity provider",),
        trace=failed_login(),
        messages=(
            Decoded("ID token", "login.har, request 7", f'{{\n  "sub": "{HOSTILE[:10]}",\n  "nonce": "{SECRET}"\n}}'),
        ),
    )


def healthy() -> Diagnosis:
    """A diagnosis that found nothing."""
    return Diagnosis((Input(Kind.CONFIG, "acme.toml", "one provider"),), Verdict.HEALTHY, checked=(PASSED,))


def unclear() -> Diagnosis:
    """A diagnosis that cannot tell."""
    return replace(healthy(), verdict=Verdict.UNCLEAR, missing=("the HAR file of the failed login",))
