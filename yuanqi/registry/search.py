"""Finding an enterprise: by a part of its names or its code, by the initials of its pinyin."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from yuanqi.foundation import search
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.search import Matches, Query

from .models import Enterprise, EnterpriseSearch
from .queries import enterprises_listed


def lexemes_of(enterprise: Enterprise) -> set[str]:
    """Return what an enterprise is found by."""
    return (
        search.name_lexemes(enterprise.name, enterprise.short_name)
        | search.lexemes(enterprise.name_en)
        | search.code_lexemes(enterprise.uscc)
    )


def index(enterprise_ids: Iterable[int]) -> int:
    """Make the index of these enterprises again from their rows; return how many there are."""
    rows = [
        EnterpriseSearch(enterprise=one, words=search.vector(lexemes_of(one)))
        # one that was merged into another is found there
        for one in Enterprise.objects.filter(
            pk__in=list(enterprise_ids), merged_into__isnull=True
        ).order_by("pk")
    ]
    EnterpriseSearch.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["enterprise"], update_fields=["words"]
    )
    return len(rows)


def enterprises_found(text: str, actor: Actor) -> QuerySet[Enterprise]:
    """Those of the enterprises that the actor may see which are called by these words.

    None for what has no words in it; every name that a half-typed word could become.
    """
    query = Query.of(text)
    if query is None:
        return Enterprise.objects.none()
    return enterprises_listed(actor).filter(Matches("search__words", query))


def first_found(text: str, actor: Actor, most: int) -> Sequence[Enterprise]:
    """The first of them by their short names."""
    return list(enterprises_found(text, actor).order_by("short_name", "id")[:most])
