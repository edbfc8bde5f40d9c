"""The few ways a request is refused. Actions and queries raise them; each door renders them in its own manner."""


class Refusal(Exception):
    """A request that will not be carried out; the message says what to do about it."""

    status = 400

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if status is not None:
            self.status = status


class Invalid(Refusal):
    """What was sent does not make sense."""


class NotVisible(Refusal):
    """It does not exist, or this viewer may not know that it does: the two are never told apart."""


class NotAllowed(Refusal):
    """The viewer may see it, but not do this."""

    status = 403


class Unpermitted(Refusal):
    """The viewer lacks a permission (an ACL). The public API answers 401 to that."""

    status = 401


class Conflict(Refusal):
    """It is there already."""

    status = 409
