"""Requests in the API: the operations of the pages, at the same nouns."""

from . import acting, enclosing, reading, settling
from .endpoints import router

__all__ = ["acting", "enclosing", "reading", "routers", "settling"]

routers = (router,)
