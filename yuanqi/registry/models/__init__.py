"""The tables of the register, a file a subject; users import them from here."""

from .contacts import Contact, ContactKind
from .enterprise import (
    Area,
    ContactPerson,
    Credit,
    Enterprise,
    EnterpriseGroup,
    EnterpriseSearch,
    Link,
    LinkRole,
    Standing,
)
from .facts import Fact, FactSource, FactType, ParkField
from .indicators import FigureChange, FigureMonth, Indicator, IndicatorSource
from .profile import Address, Certificate, Investor, Title
from .projects import Milestone, Project, ProjectInvestment, ProjectStage, Stage

__all__ = [
    "Address",
    "Area",
    "Certificate",
    "Contact",
    "ContactKind",
    "ContactPerson",
    "Credit",
    "Enterprise",
    "EnterpriseGroup",
    "EnterpriseSearch",
    "Fact",
    "FactSource",
    "FactType",
    "FigureChange",
    "FigureMonth",
    "Indicator",
    "IndicatorSource",
    "Investor",
    "Link",
    "LinkRole",
    "Milestone",
    "ParkField",
    "Project",
    "ProjectInvestment",
    "ProjectStage",
    "Stage",
    "Standing",
    "Title",
]
