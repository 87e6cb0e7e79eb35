"""Officers to enterprises: who leads, who is second, at the least cost there is, and why.

Pure: no Django, no database. A plan is the same for the same input in any order, each pair has
its reasons, and prices prove that no plan costs less. See docs/decisions/0018-assignment.md.
"""

from yuanqi.domain.assignment.parts import CAPACITIES, Officer, Plan, Role, Subject, Weights
from yuanqi.domain.assignment.proof import Certificate, certificate
from yuanqi.domain.assignment.reasons import Code, Reason
from yuanqi.domain.assignment.solving import assign

__all__ = [
    "CAPACITIES",
    "Certificate",
    "Code",
    "Officer",
    "Plan",
    "Reason",
    "Role",
    "Subject",
    "Weights",
    "assign",
    "certificate",
]
