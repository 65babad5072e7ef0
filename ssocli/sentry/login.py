"""The login page and an organization's list of identity providers: steps 1 and 2, and the start of 3."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.checks import login as rules
from ssocli.checks.check import evaluate
from ssocli.config.model import Provider, Saml2Provider
from ssocli.sentry import admission, password
from ssocli.sentry.auth import departure
from ssocli.sentry.auth.client import Client, UnusableProviderError, prepare_client
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider, prepare_service_provider
from ssocli.sentry.context import Context, Sentry
from ssocli.sentry.next_page import safe_next
from ssocli.sentry.pages import page, redirect
from ssocli.sentry.refusal import Attempt, LoginRefused, answer, login_url, record, settle
from ssocli.steps import Step
from ssocli.trace import TraceBuilder

_NO_ORGANIZATION = "There is no organization of this name. Check the name and try again."
_NO_SSO = "This organization has no single sign-on. Log in with your password, or ask an owner of the organization."
_NO_PROVIDER = "This identity provider is not one of the organization's. Choose one from the list."
_BROKEN_PROVIDER = "This identity provider is not set up correctly. Choose another one, or contact {support}."


def login_page(context: Context) -> Response:
    """Choose an organization for SSO, or log in with e-mail and password."""
    if context.request.method == "POST":
        return _submitted(context)
    if context.session is not None and (home := admission.home_of(context)):
        return redirect(safe_next(context.request.args.get("next", ""), context.sentry.url)[0] or home)
    message = context.take_flash()
    if not message:
        # After a failure the trace stays as it is until the user tries again.
        context.builder = context.sentry.journal.open(context.browser)
        context.builder.begin(Step.USER_SELECTION)
    return _show_login_page(context, message)


def organization_page(context: Context, organization: str) -> Response:
    """List an organization's providers, and leave for the one that is chosen."""
    if context.request.method == "POST":
        return _chosen(context, organization)
    message = context.take_flash()
    next_page, _ = _next_page(context)
    if not message:
        builder = _at_provider_selection(context, organization, next_page)
        if builder.failure is not None:
            context.flash(builder.failure.user_message)
            return redirect(login_url(""))
    known = context.sentry.config.organizations.get(organization)
    if known is None:
        context.flash(message or _NO_ORGANIZATION)
        return redirect(login_url(""))
    providers = context.sentry.config.providers_of(organization)
    return page(
        context,
        "organization",
        organization=organization,
        name=known.name or organization,
        providers={key: provider.label or key for key, provider in providers.items()},
        sso_required=known.require_sso and bool(providers),
        next_page=next_page,
        message=message,
    )


def _submitted(context: Context) -> Response:
    form = context.request.form
    next_page, _ = _next_page(context)
    if not context.has_valid_csrf_token:
        return _show_login_page(context, "This form has expired. Please try again.", 403)
    builder = _at_user_selection(context)
    attempt = Attempt(builder, next_page=next_page)
    try:
        if form.get("op") == "password":
            return password.log_in(context, attempt)
        organization = form.get("organization", "").strip().lower()
        _select_organization(context, builder, organization, "the organization was typed in")
    except LoginRefused as refused:
        record(attempt, refused)
        response = _show_login_page(context, refused.user_message, password.status_of(refused))
        response.call_on_close(lambda: context.sentry.journal.ended(builder))
        return response
    return redirect(login_url(organization, next_page))


def _show_login_page(context: Context, message: str, status: int = 200) -> Response:
    form = context.request.form
    return page(
        context,
        "login",
        status,
        message=message,
        next_page=_next_page(context)[0],
        organization=form.get("organization", context.request.args.get("organization", "")),
        username=form.get("username", ""),
    )


def _chosen(context: Context, organization: str) -> Response:
    """The user chose a provider: leave for it."""
    form = context.request.form
    next_page, _ = _next_page(context)
    if not context.has_valid_csrf_token:
        context.flash("This form has expired. Please try again.")
        return redirect(login_url(organization, next_page))
    builder = _at_provider_selection(context, organization, next_page)
    key = form.get("provider", "")
    attempt = Attempt(builder, organization, key, next_page)
    if builder.failure is not None:
        context.flash(builder.failure.user_message)
        return redirect(login_url(""))
    try:
        client = _select_provider(context, attempt)
        return _leave(context, attempt, client, form.get("login_hint", "").strip())
    except LoginRefused as refused:
        return answer(context, attempt, refused)


def _leave(context: Context, attempt: Attempt, client: Client | ServiceProvider, login_hint: str) -> Response:
    """Step 3. Raises LoginRefused."""
    if isinstance(client, Client):
        return departure.leave(context, attempt, client, login_hint)
    # Imported here: a login without SAML must not load what reads and signs XML.
    from ssocli.sentry.auth.saml2 import departure as saml_departure

    return saml_departure.leave(context, attempt, client, login_hint)


def _at_user_selection(context: Context) -> TraceBuilder:
    """The trace in step 1: the one that the login page opened, or a new one for another try."""
    builder = context.sentry.journal.of_browser(context.browser)
    if builder is None or builder.failure is not None or builder.current is not Step.USER_SELECTION:
        builder = context.sentry.journal.open(context.browser)
    builder.begin(Step.USER_SELECTION)
    context.builder = builder
    return builder


def _at_provider_selection(context: Context, organization: str, next_page: str) -> TraceBuilder:
    """The trace in step 2. Who comes to the organization's own page has made step 1 by the address.

    If there is no such organization the trace has failed.
    """
    builder = context.sentry.journal.of_browser(context.browser)
    if builder is not None and builder.failure is None:
        context.builder = builder
        if builder.current is Step.IDP_SELECTION and not builder.concluded:
            return builder
        if builder.current is Step.USER_SELECTION and builder.concluded:
            builder.begin(Step.IDP_SELECTION)
            return builder
    builder = _at_user_selection(context)
    attempt = Attempt(builder, next_page=next_page)
    try:
        _select_organization(context, builder, organization, "named by the address", wants_sso=False)
        builder.begin(Step.IDP_SELECTION)
    except LoginRefused as refused:
        record(attempt, refused)
    return builder


def _select_organization(
    context: Context, builder: TraceBuilder, organization: str, how: str, *, wants_sso: bool = True
) -> None:
    """Judge and conclude step 1. Raises LoginRefused."""
    config = context.sentry.config
    providers = tuple(config.providers_of(organization)) if organization in config.organizations else ()
    next_page, next_problem = _next_page(context)
    observed = rules.LoginContext(
        organizations=tuple(config.organizations),
        organization=organization,
        wants_sso=wants_sso,
        providers=providers,
        next_page=next_page or context.request.values.get("next", ""),
        next_problem=next_problem,
    )
    message = _NO_SSO if organization in config.organizations else _NO_ORGANIZATION
    settle(builder, evaluate("login", observed, step=Step.USER_SELECTION), message)
    builder.conclude(f"organization {organization}, {how}")


def _select_provider(context: Context, attempt: Attempt) -> Client | ServiceProvider:
    """Judge and conclude step 2. Raises LoginRefused."""
    sentry, key = context.sentry, attempt.provider
    providers = sentry.config.providers_of(attempt.organization)
    client: Client | ServiceProvider | None = None
    problem = ""
    if key in providers:
        try:
            client = _prepare(sentry, key, providers[key])
        except UnusableProviderError as error:
            problem = str(error)
    observed = rules.LoginContext(
        organization=attempt.organization, providers=tuple(providers), provider=key, provider_problem=problem
    )
    message = _BROKEN_PROVIDER.format(support=sentry.config.sentry.support) if problem else _NO_PROVIDER
    settle(attempt.builder, evaluate("login", observed, step=Step.IDP_SELECTION), message)
    if client is None:
        raise RuntimeError("a rule of step 2 must have refused this provider")
    attempt.builder.conclude(f"{key}, {client.kind}, one of {len(providers)} configured")
    return client


def _prepare(sentry: Sentry, key: str, provider: Provider) -> Client | ServiceProvider:
    """What a provider's table says, ready for use. Raises UnusableProviderError."""
    if isinstance(provider, Saml2Provider):
        return prepare_service_provider(sentry, key, provider)
    return prepare_client(key, provider, sentry.redirect_uri, sentry.config_dir)


def _next_page(context: Context) -> tuple[str, str]:
    """The page to go to after the login, if it is safe, and why not if it is not."""
    return safe_next(context.request.values.get("next", ""), context.sentry.url)
