"""Requests in the API: the operations of the pages, at the same nouns."""

from . import acting, enclosing, minding, reading, settling
from .endpoints import router

__all__ = ["acting", "enclosing", "minding", "reading", "routers", "settling"]

routers = (router,)
