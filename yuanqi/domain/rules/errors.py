"""What is wrong with a rule, and where: in English, and in Chinese for who writes it."""

from __future__ import annotations


class RuleError(ValueError):
    """The text isn't a rule over this schema. `position` counts characters from 0."""

    def __init__(self, message: str, position: int, chinese: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.chinese = chinese or message

    def __reduce__(self) -> tuple[type[RuleError], tuple[str, int, str]]:
        return RuleError, (self.message, self.position, self.chinese)
