"""The table of the control API: every operation, what it takes and what it gives.

Requests are routed by it, and the OpenAPI document is made from it. Of two rows that match a path, the first counts.
"""

from __future__ import annotations

from typing import Any

from fake_idp.control import (
    clients,
    clock,
    devices,
    faults,
    flows,
    info,
    keys,
    mint,
    namespaces,
    openapi,
    requests,
    service_providers,
    sessions,
    transcript,
    users,
)
from fake_idp.control.route import Done, Nothing, Route

ROUTES = (
    Route("GET", "/info", info.get, info.Info),
    Route("GET", "/openapi.json", openapi.document, dict[str, Any]),
    Route("POST", "/reset", namespaces.reset, namespaces.NamespaceView, body=namespaces.Reset),
    # people and applications
    Route("GET", "/users", users.listing, list[users.User]),
    Route("POST", "/users", users.add, users.User, body=users.NewUser, status=201, problems=(409,)),
    Route("GET", "/users/{username}", users.get, users.User),
    Route("PATCH", "/users/{username}", users.change, users.User, body=users.UserChange, problems=(409,)),
    Route("DELETE", "/users/{username}", users.delete, None, status=204, problems=(409,)),
    Route("GET", "/clients", clients.listing, list[clients.ClientView]),
    Route("POST", "/clients", clients.add, clients.ClientView, body=clients.NewClient, status=201, problems=(409,)),
    Route("GET", "/clients/{client_id}", clients.get, clients.ClientView),
    Route("PATCH", "/clients/{client_id}", clients.change, clients.ClientView, body=clients.ClientChange),
    Route("DELETE", "/clients/{client_id}", clients.delete, None, status=204),
    Route("GET", "/service-providers", service_providers.listing, list[service_providers.ServiceProviderView]),
    Route(
        "POST",
        "/service-providers",
        service_providers.add,
        service_providers.ServiceProviderView,
        body=service_providers.NewServiceProvider,
        status=201,
    ),
    Route("GET", "/service-providers/{entity_id}", service_providers.get, service_providers.ServiceProviderView),
    Route("DELETE", "/service-providers/{entity_id}", service_providers.delete, None, status=204),
    # failures on order
    Route("GET", "/faults", faults.listing, list[faults.ArmedFault], query=faults.ArmedFilter),
    Route("POST", "/faults", faults.arm, faults.ArmedFault, body=faults.Arm, status=201),
    Route("DELETE", "/faults", faults.clear, Done),
    Route("GET", "/faults/catalogue", faults.catalogue, list[faults.FaultPage], query=faults.CatalogueFilter),
    Route("GET", "/faults/catalogue/{fault}", faults.page, faults.FaultPage),
    Route("GET", "/faults/queue", faults.queue, dict[str, list[faults.ArmedFault]]),
    Route("GET", "/faults/never-fired", faults.never_fired, list[faults.ArmedFault]),
    Route("GET", "/faults/ledger", faults.ledger, list[faults.FiredFault], query=faults.LedgerFilter),
    Route("GET", "/faults/{number}", faults.get, faults.ArmedFault),
    Route("DELETE", "/faults/{number}", faults.disarm, None, status=204),
    # time
    Route("GET", "/clock", clock.get, clock.ClockState),
    Route("POST", "/clock/freeze", clock.freeze, clock.ClockState, body=clock.Freeze),
    Route("POST", "/clock/set", clock.set_time, clock.ClockState, body=clock.Set),
    Route("POST", "/clock/advance", clock.advance, clock.ClockState, body=clock.Move, problems=(409,)),
    Route("POST", "/clock/skew", clock.skew, clock.ClockState, body=clock.Move, problems=(409,)),
    Route("POST", "/clock/reset", clock.reset, clock.ClockState, body=Nothing),
    # what happened
    Route("GET", "/requests", requests.listing, list[transcript.Recorded], query=requests.RequestQuery),
    Route("DELETE", "/requests", requests.clear, Done),
    Route("POST", "/requests/take", requests.take, requests.Taken, body=requests.Take),
    Route("POST", "/requests/verify", requests.verify, requests.Verified, body=requests.Verify, problems=(417,)),
    Route("GET", "/requests/{number}", requests.get, transcript.Recorded, query=requests.SecretsQuery),
    Route("GET", "/flows", flows.listing, list[flows.FlowSummary], query=flows.FlowFilter),
    Route("GET", "/flows/{flow}", flows.get, flows.Flow, query=requests.SecretsQuery),
    # tokens to order
    Route("POST", "/mint/id-token", mint.id_token, mint.Minted, body=mint.MintToken),
    Route("POST", "/mint/access-token", mint.access_token, mint.Minted, body=mint.MintToken),
    Route("POST", "/mint/logout-token", mint.logout_token, mint.Minted, body=mint.MintToken),
    Route("POST", "/mint/saml-response", mint.saml_response, mint.MintedResponse, body=mint.MintResponse),
    # keys, sessions, devices
    Route("GET", "/keys", keys.listing, list[keys.Key]),
    Route("POST", "/keys", keys.publish, keys.Key, body=keys.Publish, status=201, problems=(409,)),
    Route("POST", "/keys/rotate", keys.rotate, list[keys.Key], body=keys.Rotate),
    Route("POST", "/keys/{kid}/use", keys.use, list[keys.Key], body=Nothing),
    Route("DELETE", "/keys/{kid}", keys.retire, list[keys.Key], query=keys.Retire, problems=(409,)),
    Route("GET", "/sessions", sessions.listing, list[sessions.SessionView], query=sessions.SessionFilter),
    Route("DELETE", "/sessions", sessions.end_all, list[sessions.Ended], query=sessions.SessionFilter),
    Route("GET", "/sessions/{sid}", sessions.get, sessions.SessionView),
    Route("DELETE", "/sessions/{sid}", sessions.end, sessions.Ended),
    Route("GET", "/devices", devices.listing, list[devices.Device]),
    Route("POST", "/devices/{user_code}/approve", devices.approve, devices.Answered, body=devices.Approve),
    Route("POST", "/devices/{user_code}/deny", devices.deny, devices.Answered, body=Nothing),
    # namespaces
    Route("GET", "/namespaces", namespaces.listing, list[namespaces.NamespaceView]),
    Route(
        "POST",
        "/namespaces",
        namespaces.add,
        namespaces.NamespaceView,
        body=namespaces.NewNamespace,
        status=201,
        problems=(409,),
    ),
    Route("GET", "/namespaces/{name}", namespaces.get, namespaces.NamespaceView),
    Route("DELETE", "/namespaces/{name}", namespaces.delete, None, status=204),
)
