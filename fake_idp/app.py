"""The WSGI application: finds the issuer and the endpoint, and turns refusals into answers."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fake_idp import config as configuration
from fake_idp.clock import Clock
from fake_idp.context import Context, Issuer
from fake_idp.directory import Directory
from fake_idp.faults import UnknownFaultError
from fake_idp.namespaces import NAME, NAMESPACE_PREFIX, Namespaces
from fake_idp.oidc.endpoints import ENDPOINTS, Endpoint
from fake_idp.randomness import Randomness
from fake_idp.refusal import Refusal, RefusedError
from fake_idp.routes import Routes
from fake_idp.settings import Settings
from fake_idp.web import Request, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from fake_idp.config import Config, Shape
    from fake_idp.context import Namespace
    from fake_idp.recorder import Entry
    from fake_idp.settings import LoginMode

CONTROL_PREFIX = "/_idp/"
DEFAULT_ISSUER = "default"
FAULT_MARK = "~"
HEALTH_PATHS = ("/healthz", "/readyz", "/isalive")
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/?|https?://\[[0-9A-Fa-f:]+\](:\d+)?/?")
_WELL_KNOWN = re.compile(r"(/\.well-known/oauth-authorization-server)(/.+)")


class App:
    """An identity provider as a WSGI application. Made by `create_app`."""

    def __init__(self, config: Config, settings: Settings, clock: Clock, randomness: Randomness) -> None:
        self.config = config
        self.settings = settings
        self.clock = clock
        self.directory = Directory(config)
        self.randomness = randomness
        self.namespaces = Namespaces(self.directory, settings.faults, clock, randomness)
        self._shapes = {issuer.name: issuer.shape for issuer in config.issuers}

    @property
    def default(self) -> Namespace:
        """The namespace of requests that name none."""
        return self.namespaces.default

    def namespace(self, name: str) -> Namespace:
        """The namespace of that name, made on first use."""
        return self.namespaces.named(name)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer one request (PEP 3333)."""
        return self.respond(Request(environ)).send(start_response)

    def respond(self, request: Request) -> Response:
        """The answer to one request, recorded."""
        if request.path in HEALTH_PATHS:
            return json_response({"status": "ok", "instance": self.settings.instance})
        namespace, path = self._namespace_of(request.path)
        if path.startswith(CONTROL_PREFIX):
            from fake_idp.control import api

            return api.answer(self, namespace, request, path)
        url = request.path + (f"?{request.query_string}" if request.query_string else "")
        entry = namespace.recorder.open(namespace.clock.now(), namespace.name, request.method, url)
        response = None
        try:
            response = self._respond(request, namespace, path, entry)
        finally:  # a fault may break the connection instead
            namespace.recorder.close(entry, request, response)
        return response

    def _respond(self, request: Request, namespace: Namespace, path: str, entry: Entry) -> Response:
        found = self._find(path)
        if found is None:
            return self._not_found(path, entry)
        name, mount, shape, endpoint, arguments = found
        base = self.base_url(request)
        issuer = Issuer(name, base + namespace.prefix + mount, namespace.prefix + mount, shape)
        return _answer(self.context(request, namespace, issuer, entry, arguments), endpoint)

    def base_url(self, request: Request) -> str:
        """What comes before every path, as the client of `request` has it."""
        return self.settings.public_url or request.origin

    def context(
        self, request: Request, namespace: Namespace, issuer: Issuer, entry: Entry, arguments: dict[str, str]
    ) -> Context:
        """What an endpoint of `issuer` is given."""
        return Context(
            request, self.settings, namespace.directory, self.randomness, namespace, issuer, entry, arguments
        )

    def issuer(self, namespace: Namespace, url: str) -> Issuer:
        """The issuer whose identifier `url` is. Raises LookupError, with the names that there are."""
        path = urlsplit(url).path
        segment = path.removeprefix(namespace.prefix).strip("/")
        name = segment if segment in self._shapes else segment.partition(FAULT_MARK)[0] or DEFAULT_ISSUER
        shape = self._shapes.get(name) or (None if self.settings.strict else self._shapes.get(DEFAULT_ISSUER))
        if shape is None or not NAME.fullmatch(name):
            raise LookupError(f"expected one of {', '.join(self._shapes)}, got {name[:100]!r}")
        return Issuer(name, url, path, Routes.of(shape).shape)

    def _namespace_of(self, path: str) -> tuple[Namespace, str]:
        """The namespace, and the rest of the path."""
        well_known = _WELL_KNOWN.fullmatch(path)
        if well_known:  # RFC 8414 3.1 inserts the well-known part before the issuer's path
            path = well_known[2] + well_known[1]
        if path.startswith(NAMESPACE_PREFIX):
            name, slash, rest = path[len(NAMESPACE_PREFIX) :].partition("/")
            if NAME.fullmatch(name):
                return self.namespace(name), slash + rest
        return self.default, path

    def _find(self, path: str) -> tuple[str, str, Shape, str, dict[str, str]] | None:
        """Issuer name, its mount, its shape, the endpoint and the arguments from the path.

        Configured issuers go first, then the root; under permissive, any other name is an issuer like `default`.
        What follows a `~` in the name are faults of that issuer.
        """
        segment, slash, rest = path[1:].partition("/")
        name = segment if segment in self._shapes else segment.partition(FAULT_MARK)[0]
        mounts = [(name, f"/{segment}", slash + rest)] if name in self._shapes else []
        mounts.append((DEFAULT_ISSUER, "", path))
        if not self.settings.strict and name not in self._shapes and NAME.fullmatch(segment):
            mounts.append((name, f"/{segment}", slash + rest))
        for issuer, mount, tail in mounts:
            shape = self._shapes.get(issuer) or self._shapes.get(DEFAULT_ISSUER)
            routes = Routes.of(shape) if shape else None
            match = routes.match(tail) if routes else None
            if routes and match:
                return issuer, mount, routes.shape, *match
        return None

    def _not_found(self, path: str, entry: Entry) -> Response:
        names = ", ".join(f"/{name}" for name in self._shapes)
        entry.accepted = False
        entry.reason = f"no endpoint has the path {path}"
        return json_response(
            {
                "error": "not_found",
                "error_description": f"No endpoint has this path. Issuers are at {names}; each OpenID provider"
                " among them lists its endpoints in /.well-known/openid-configuration.",
            },
            404,
        )


def create_app(
    config: Config | Path | str | None = None,
    *,
    strict: bool = False,
    login: LoginMode = "page",
    seed: int | str | None = None,
    clock: Clock | None = None,
    public_url: str | None = None,
    faults: Iterable[str] = (),
    control_token: str | None = None,
) -> App:
    """An identity provider for any WSGI server.

    `config` is a configuration or the path of a TOML file; without one the bundled people and clients are used.
    Issuers are derived from the Host header unless `public_url` says what clients call this server. `faults` are
    armed from the start in every namespace, each as `ID` or `ID:key=value,...`. With a `control_token` the control
    API answers only those who bear it.
    Raises ConfigError.
    """
    if public_url is not None and not _PUBLIC_URL.fullmatch(public_url):
        raise configuration.ConfigError(
            [f"public URL: expected http(s)://host or http(s)://host:port, got {public_url!r}"]
        )
    if config is None or not isinstance(config, configuration.Config):
        config = configuration.load(config)
    settings = Settings(
        strict=strict,
        login=login,
        public_url=public_url.rstrip("/") if public_url else None,
        redirect_hosts=config.redirect_hosts,
        lifetimes=config.lifetimes,
        instance=Randomness().token(9),
        sign_saml_metadata=config.sign_saml_metadata,
        faults=tuple(faults),
        control_token=control_token or None,
    )
    _check_faults(settings.faults)
    return App(config, settings, clock or Clock(), Randomness(seed))


def _check_faults(faults: tuple[str, ...]) -> None:
    problems = []
    for text in faults:
        from fake_idp.faults import selection

        try:
            selection.parse(text)
        except (UnknownFaultError, ValueError) as error:
            problems.append(f"fault: {error}")
    if problems:
        raise configuration.ConfigError(problems)


def _answer(context: Context, name: str) -> Response:
    endpoint = ENDPOINTS[name]
    context.entry.endpoint = name
    context.entry.issuer = context.issuer.url
    method = "GET" if context.request.method == "HEAD" else context.request.method
    if method == "OPTIONS" and endpoint.cors:
        response = Response(204, b"", _preflight(endpoint))
    elif method not in endpoint.methods:
        allowed = ", ".join(endpoint.methods)
        wrong = Refusal("invalid_request", f"{method} is not for this endpoint.", None, allowed, method, status=405)
        response = _refused(context, endpoint, wrong)
        response.headers.append(("Allow", allowed))
    else:
        try:
            if FAULT_MARK in context.issuer.path:
                _arm_for_issuer(context)
            response = _handler(endpoint)(context)
        except RefusedError as refused:
            response = _refused(context, endpoint, refused.refusal)
        except UnknownFaultError as unknown:
            fix = "look the name up in the catalogue of faults"
            response = _refused(context, endpoint, Refusal("invalid_request", str(unknown), fix=fix))
        except ValueError as unreadable:  # Request.query, .form and .body, which name what they expected
            response = _refused(
                context, endpoint, Refusal("invalid_request", f"The request is unreadable: {unreadable}.")
            )
    if endpoint.cors:
        response.headers.append(("Access-Control-Allow-Origin", "*"))
    return response


def _arm_for_issuer(context: Context) -> None:
    """The issuer's path ends in faults: `/default~id_token.expired`."""
    segment = context.issuer.path.rpartition("/")[2]
    if segment != context.issuer.name:
        from fake_idp.faults import selection

        selection.for_issuer(context.namespace.faults, context.issuer.url, segment)


def _preflight(endpoint: Endpoint) -> list[tuple[str, str]]:
    return [
        ("Access-Control-Allow-Methods", ", ".join(endpoint.methods)),
        ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
        ("Access-Control-Max-Age", "600"),
    ]


def _handler(endpoint: Endpoint) -> Callable[[Context], Response]:
    module, _, function = endpoint.handler.partition(":")
    handler: Callable[[Context], Response] = getattr(import_module(module), function)
    return handler


def _refused(context: Context, endpoint: Endpoint, refusal: Refusal) -> Response:
    context.note(refusal)
    from fake_idp.oidc import errors

    return errors.RENDERERS[endpoint.errors](context, refusal)
