"""Arming, counting, queueing and disarming."""

from __future__ import annotations

from fake_idp.faults.fault import catalogue


def test_arm_and_count(control, visitor, visit, idp, claims_of, clock):
    armed = control.post(
        "/faults", 201, fault="id_token.expired", match={"user": "alice"}, schedule={"times": 1, "per": "flow"}
    )
    assert (armed["point"], armed["seen"], armed["fired"], armed["preset"]) == ("id_token", 0, 0, False)
    assert control.get("/faults/never-fired") == [armed]
    assert control.get("/faults/queue") == {"id_token": [armed]}
    visit(idp).tokens("bob")
    assert claims_of(visitor.tokens("alice")["id_token"])["exp"] < clock.now()
    assert claims_of(visit(idp).tokens("alice")["id_token"])["exp"] > clock.now()
    now = control.get(f"/faults/{armed['number']}")
    assert (now["seen"], now["fired"]) == (2, 1)
    assert control.get("/faults/never-fired") == []
    assert control.get("/faults/queue") == {}
    [fired] = control.get("/faults/ledger", fault="id_token.expired")
    assert (fired["user"], fired["client"], fired["endpoint"]) == ("alice", "sentry", "token")
    assert control.get("/faults", fired="true") == [now]
    assert control.get("/faults", fired="false", point="id_token") == []


def test_the_queue_is_in_order_within_a_point(control, visitor):
    first, second = [page["id"] for page in control.get("/faults/catalogue", point="id_token")[:2]]
    for fault in (second, first):
        control.post("/faults", 201, fault=fault, schedule={"times": 1})
    waiting = control.get("/faults/queue")["id_token"]
    assert [armed["fault"] for armed in waiting] == [second, first]
    visitor.tokens()
    assert [armed["fault"] for armed in control.get("/faults/queue")["id_token"]] == [first]
    assert [fired["fault"] for fired in control.get("/faults/ledger")] == [second]


def test_disarm_and_clear(control, visitor):
    first = control.post("/faults", 201, fault="access_token.expired")
    second = control.post("/faults", 201, fault="id_token.expired")
    control.delete(f"/faults/{first['number']}")
    assert control.get("/faults") == [second]
    assert control.delete(f"/faults/{first['number']}", 404)["expected"] == str(second["number"])
    visitor.tokens()
    assert control.delete("/faults", 200) == {"count": 1}
    assert control.get("/faults") == []
    assert control.get("/faults/ledger") == []


def test_an_unknown_fault_suggests_the_nearest(control):
    problem = control.post("/faults", 404, fault="id_token.expird")
    assert problem["nearest"] == "id_token.expired"
    assert control.get("/faults/catalogue/id_token.expird", 404)["nearest"] == "id_token.expired"
    assert control.post("/faults", 404, fault="id_token.expired", match={"user": "alise"})["nearest"] == "alice"


def test_a_schedule_that_makes_no_sense(control):
    errors = control.post("/faults", 422, fault="id_token.expired", schedule={"probability": 2, "every": 0})["errors"]
    assert len(errors) == 2
    assert any(error.startswith("schedule.probability") for error in errors)


def test_the_whole_catalogue(control):
    pages = control.get("/faults/catalogue")
    assert [page["id"] for page in pages] == list(catalogue())
    page = control.get("/faults/catalogue/id_token.expired")
    assert page["finding"] == "expired-id-token"
    assert page["step"] == "token_validation"
    assert page["spec"].startswith("OIDC Core")
    only = control.get("/faults/catalogue", point="logout_token", reject="must_tolerate")
    assert {page["point"] for page in only} == {"logout_token"}


def test_armed_at_the_start(make_idp, control_of):
    control = control_of(make_idp(faults=["id_token.expired:user=alice"]))
    [armed] = control.get("/faults")
    assert (armed["preset"], armed["match"]["user"]) == (True, "alice")
    control.delete("/faults", 200)
    control.post("/reset")
    assert len(control.get("/faults")) == 1


def test_namespaces_do_not_meet(control, control_of, idp):
    control.post("/faults", 201, fault="id_token.expired")
    assert control_of(idp, "other").get("/faults") == []
