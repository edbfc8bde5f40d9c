"""What this app's doors accept as bodies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

TEXT = 1000


class Names(serializers.ListField):
    child = serializers.CharField(max_length=TEXT)


class Ids(serializers.ListField):
    child = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class StrictBoolean(serializers.BooleanField):
    """True or false; the words for them are accepted, numbers and lists are not."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool) and str(data).lower() not in ("true", "false"):
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


def user_id() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=2**31 - 1)


def optional_text(**options: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=TEXT, **options)


class GroupChange(serializers.Serializer):
    name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    nickname = optional_text()
    description = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=20_000)
    private = StrictBoolean(required=False)
    auto_accept_requests = StrictBoolean(required=False)


class GroupBody(GroupChange):
    name = serializers.CharField(max_length=200, allow_blank=True, default="")
    group_admins = Ids(required=False)


class MemberBody(serializers.Serializer):
    userID = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    admin = StrictBoolean()
    canSave = StrictBoolean(default=True)
    canSharePhotometry = StrictBoolean(default=False)


class MemberChange(serializers.Serializer):
    userID = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    admin = StrictBoolean(required=False)
    canSave = StrictBoolean(required=False)
    canSharePhotometry = StrictBoolean(required=False)


class FromGroupsBody(serializers.Serializer):
    fromGroupIDs = Ids(allow_empty=False)


class GroupStreamBody(serializers.Serializer):
    stream_id = user_id()


class StreamBody(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    altdata = serializers.JSONField(required=False, allow_null=True)
    auto_join = StrictBoolean(required=False)


class StreamChange(StreamBody):
    name = serializers.CharField(max_length=200, required=False)


class StreamUserBody(serializers.Serializer):
    user_id = user_id()


class PersonChange(serializers.Serializer):
    username = serializers.CharField(max_length=255, required=False)
    first_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    affiliations = serializers.ListField(child=serializers.CharField(max_length=TEXT), required=False, max_length=50)
    contact_email = serializers.EmailField(required=False, allow_null=True, max_length=254)
    contact_phone = optional_text()
    bio = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=20_000)
    is_bot = StrictBoolean(required=False)


class UserChange(PersonChange):
    expirationDate = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    oauth_uid = optional_text()


class UserBody(UserChange):
    username = serializers.CharField(max_length=255)
    roles = Names(required=False)
    groupIDsAndAdmin = serializers.ListField(child=serializers.ListField(min_length=1, max_length=2), required=False)


class ProfileChange(PersonChange):
    preferences = serializers.DictField(required=False)


class RolesBody(serializers.Serializer):
    roleIds = Names(allow_empty=False)


class AclsBody(serializers.Serializer):
    aclIds = Names(allow_empty=False)


class TokenBody(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    acls = Names()
    user_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)


class TokenChange(serializers.Serializer):
    name = serializers.CharField(max_length=200, required=False)
    acls = Names(required=False)
