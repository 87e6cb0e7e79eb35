"""What an operation may refuse with. `foundation.http` maps them to statuses."""


class YuanqiError(Exception):
    """A refusal: nothing has changed and nothing is recorded."""


class NotVisible(YuanqiError):
    """The actor may not know that the thing exists. Shown as 404."""


class NotAllowed(YuanqiError):
    """The actor sees the thing but may not do this to it, ever. Shown as 403."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Conflict(YuanqiError):
    """Not now: the state has moved on. The message says what happened and what to do. 409."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(YuanqiError):
    """Malformed input that a form did not catch; `field` names where. 422."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class OutOfSpace(YuanqiError):
    """The disk is full; what was to be stored was not. 507."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
