"""Every model says who may see it, and every policy can be asked by everybody."""

import pytest
from django.apps import apps
from django.core.checks import run_checks

from skyportal.access.checks import every_model_has_a_policy
from skyportal.access.models import Audience
from skyportal.access.policy import Policy
from skyportal.access.viewer import Viewer

MODELS = [m for m in apps.get_models() if m.__module__.startswith(("apps.", "skyportal."))]


def test_every_model_has_a_policy():
    assert not [problem for problem in run_checks() if problem.id == "access.E001"]


def test_a_model_without_a_policy_does_not_start(monkeypatch):
    monkeypatch.setattr(Audience, "access", None)
    assert [problem.obj for problem in every_model_has_a_policy(None)] == [Audience]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_policy_answers_everybody_and_nobody_sees_rows_of_no_one(model, db, member, viewer_of):
    assert isinstance(model.access, Policy)
    for viewer in (Viewer.nobody(), viewer_of(member), Viewer.system("test")):
        for narrowed in ("visible_to", "changeable_by", "deletable_by"):
            list(getattr(model._default_manager, narrowed)(viewer)[:1])


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_strangers_change_and_delete_nothing(model, db, member):
    assert not model._default_manager.changeable_by(Viewer.nobody()).exists()
    assert not model._default_manager.deletable_by(Viewer.nobody()).exists()
