"""The registers that files are brought into, by kind."""

from collections.abc import Mapping
from types import MappingProxyType

from ..models import ImportKind
from .base import Register
from .contacts import ContactRegister
from .enterprises import EnterpriseRegister
from .indicators import IndicatorRegister
from .links import LinkRegister
from .officers import OfficerRegister
from .projects import ProjectRegister

REGISTERS: Mapping[str, type[Register]] = MappingProxyType(
    {
        register.kind.value: register
        for register in (
            EnterpriseRegister,
            ContactRegister,
            IndicatorRegister,
            ProjectRegister,
            LinkRegister,
            OfficerRegister,
        )
    }
)

__all__ = ["REGISTERS", "ImportKind", "Register"]
