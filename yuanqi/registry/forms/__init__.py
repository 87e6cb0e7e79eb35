"""What is asked where the register is kept."""

from .base import KeptForm
from .facts import FactForm, FactReturnForm, ParkFieldForm
from .indicators import FiguresForm, ReturnForm
from .people import ContactForm, HandOverForm, LinkEndForm, LinkForm
from .profile import (
    AddressForm,
    AreaForm,
    CertificateForm,
    EnterpriseForm,
    GroupForm,
    InvestorForm,
    NewEnterpriseForm,
    TitleForm,
    WebsiteForm,
)
from .projects import InvestmentForm, MilestoneForm, ProjectForm, StageForm, WaivedStageForm

__all__ = [
    "AddressForm", "AreaForm", "CertificateForm", "ContactForm", "EnterpriseForm", "FactForm",
    "FactReturnForm", "FiguresForm", "GroupForm", "HandOverForm", "InvestmentForm",
    "InvestorForm", "KeptForm", "LinkEndForm", "LinkForm", "MilestoneForm", "NewEnterpriseForm",
    "ParkFieldForm", "ProjectForm", "ReturnForm", "StageForm", "TitleForm",
    "WaivedStageForm", "WebsiteForm",
]  # fmt: skip
