"""Rows for tests, each valid by itself."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import factory
import numpy as np
from django.db.models import Q
from factory.django import DjangoModelFactory

from apps.candidates.models import Filter, FilterVersion
from apps.followup.models import Allocation
from apps.groups.models import Acl, Group, Membership, Stream, StreamGrant, Token, User
from apps.groups.models.tokens import digest
from apps.sources.models import Instrument, Obj, Spectrum, Telescope
from skyportal.astro import sky

_count = itertools.count(1)


def make_user(
    username: str = "", *, role: str = "Full user", groups_: list[Group] | None = None, **fields: Any
) -> User:
    """A person with the usual permissions, a member of these groups.

    The rows that `actions.create_user` leaves behind, in a third of its statements: nearly every test begins with some
    people. `tests/groups/test_people.py` compares the two.
    """
    user = User(username=username or f"user{next(_count):05}", **fields)
    user.set_password("a long password")
    user.clean_fields(exclude=["password"])
    user.save(force_insert=True)
    User.roles.through.objects.create(user=user, role_id=role)
    own = Group.objects.create(name=user.username, private=True, single_user_group=True)
    sitewide = Group.objects.only("pk").get(sitewide=True)
    Membership.objects.bulk_create(
        Membership(user=user, group=group, admin=group is own) for group in (own, sitewide, *(groups_ or ()))
    )
    readable = Stream.objects.filter(Q(auto_join=True) | Q(groups__in=groups_ or ())).distinct()
    StreamGrant.objects.bulk_create(
        StreamGrant(user=user, stream_id=pk) for pk in readable.values_list("pk", flat=True)
    )
    return user


def join(user: User, group: Group, *, admin: bool = False, can_save: bool = True) -> Membership:
    """Put a person in a group, with the group's streams."""
    streams = group.streams.values_list("pk", flat=True)
    StreamGrant.objects.bulk_create((StreamGrant(user=user, stream_id=pk) for pk in streams), ignore_conflicts=True)
    membership, _ = Membership.objects.update_or_create(
        user=user, group=group, defaults={"admin": admin, "can_save": can_save}
    )
    return membership


def make_token(user: User, name: str, acls: list[str] | None = None) -> str:
    """The secret of a token that holds these permissions, or all that its owner holds."""
    secret = str(uuid4())
    token = Token.objects.create(user=user, name=name, digest=digest(secret))
    held = user.permissions() if acls is None else Acl.objects.filter(pk__in=acls).values_list("pk", flat=True)
    Token.acls.through.objects.bulk_create(Token.acls.through(token=token, acl_id=acl) for acl in held)
    return secret


class StreamFactory(DjangoModelFactory):
    class Meta:
        model = Stream

    name = factory.Sequence(lambda n: f"Stream {n:05}")


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Group {n:05}")

    @factory.post_generation
    def streams(self, create: bool, extracted: list[Stream] | None, **kwargs: Any) -> None:
        if extracted:
            self.streams.set(extracted)


class TelescopeFactory(DjangoModelFactory):
    class Meta:
        model = Telescope

    name = factory.Sequence(lambda n: f"Telescope {n:05}")
    nickname = factory.Sequence(lambda n: f"T{n:05}")
    lat, lon, elevation, diameter = 33.3563, -116.8650, 1712.0, 1.2


class InstrumentFactory(DjangoModelFactory):
    class Meta:
        model = Instrument

    name = factory.Sequence(lambda n: f"Camera {n:05}")
    type = "imager"
    band = "Optical"
    telescope = factory.SubFactory(TelescopeFactory)
    filters = ["ztfg", "ztfr", "ztfi"]


class AllocationFactory(DjangoModelFactory):
    class Meta:
        model = Allocation

    proposal_id = factory.Sequence(lambda n: f"2026B-{n:05}")
    pi = "Hubble"
    instrument = factory.SubFactory(InstrumentFactory)
    hours_allocated = 20.0
    types = ["triggered"]


class ObjFactory(DjangoModelFactory):
    class Meta:
        model = Obj

    name = factory.Sequence(lambda n: f"ZTF26obj{n:05}")
    ra = factory.Sequence(lambda n: (n * 17.31) % 360)
    dec = factory.Sequence(lambda n: (n * 7.77) % 120 - 60)
    hpx = factory.LazyAttribute(lambda o: int(sky.hpx(o.ra, o.dec)))


class SpectrumFactory(DjangoModelFactory):
    """Of an obj and for an audience that the test names."""

    class Meta:
        model = Spectrum

    instrument = factory.SubFactory(InstrumentFactory, type="spectrograph")
    observed_at = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
    wavelengths = factory.LazyFunction(lambda: np.arange(4000.0, 8000.0, 10.0))
    fluxes = factory.LazyFunction(lambda: 1e-16 * np.linspace(2.0, 1.0, 400))


class FilterFactory(DjangoModelFactory):
    class Meta:
        model = Filter

    name = factory.Sequence(lambda n: f"Filter {n:05}")
    stream = factory.SubFactory(StreamFactory)
    group = factory.SubFactory(GroupFactory)


class FilterVersionFactory(DjangoModelFactory):
    class Meta:
        model = FilterVersion

    filter = factory.SubFactory(FilterFactory)
    number = 1
    condition = "candidate.drb > 0.5"
    active = True
