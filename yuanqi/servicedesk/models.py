"""What a request adds to its case: the words it was raised in, returns, call-backs."""

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import Case
from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import ContactPerson

MECHANISM = "service-request"  # the code of the rules that requests are handled by


class Level(models.TextChoices):
    """How urgent: P1 production stopped, P2 blocks a project, P3 normal, P4 consultation."""

    P1 = "P1", _("P1 停产")
    P2 = "P2", _("P2 影响生产")
    P3 = "P3", _("P3 一般")
    P4 = "P4", _("P4 咨询")


class Category(models.Model):
    """What a request is about, and who usually leads: data of the park, with its source."""

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    default_level = models.CharField(max_length=4, choices=Level.choices)
    lead = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.JSONField(default=list)  # what people write when they mean it
    source = models.CharField(max_length=200)
    position = models.SmallIntegerField(default=0)
    co_handlers = models.JSONField(default=list)  # departments that are often asked too
    # from when on, and until when, requests of it are raised; those that there are keep it
    begins_on = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)  # by the park: its own from then on

    class Meta:
        db_table = "request_category"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.label_in(get_language())

    def label_in(self, language: str | None) -> str:
        return self.name_en if language == "en" else self.name

    def is_offered(self, day: date) -> bool:
        """Whether a request of it may be raised on that day."""
        return (self.begins_on is None or self.begins_on <= day) and (
            self.retired_on is None or day < self.retired_on
        )


class CategoryChange(models.Model):
    """What becomes of a category from a day on, as the park decided: rows are added, never changed.

    `values` are the fields that change; they are in the category's own row from that day on.
    """

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="changes")
    values = models.JSONField()
    valid_from = models.DateField()
    set_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    document_no = models.CharField(max_length=60, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "request_category_change"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["valid_from"],
                name="category_change_waiting",
                condition=Q(applied_at__isnull=True),
            ),
        ]


class Channel(models.TextChoices):
    ENTERPRISE = "enterprise", _("企业在线提出")
    OFFICER = "officer", _("挂钩干部代提")
    CENTRE = "centre", _("服务中心登记")


class ServiceRequest(models.Model):
    """诉求: a case of the mechanism `service-request`, in the enterprise's own words."""

    case = models.OneToOneField(
        Case, primary_key=True, on_delete=models.CASCADE, related_name="request"
    )
    text = models.TextField(max_length=5000)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    contact = models.ForeignKey(ContactPerson, on_delete=models.PROTECT, related_name="requests")
    # None: the program itself, which saw a decline
    raised_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_lead = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    # a complaint (投诉) about a unit or one of its people: they never see it (CaseBar)
    accused_department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accused_officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "service_request"

    @property
    def is_complaint(self) -> bool:
        return self.accused_department_id is not None or self.accused_officer_id is not None


class Return(models.Model):
    """退单: clearly outside the unit's duty, with its basis, within the sign limit."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="return_records")
    at = models.DateTimeField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    basis = models.CharField(max_length=200)

    class Meta:
        db_table = "request_return"
        ordering = ["at"]


class CallBack(models.Model):
    """回访: the centre asks after a bad evaluation, and writes down what it heard."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="call_backs")
    at = models.DateTimeField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    spoke_with = models.CharField(max_length=40)
    facts = models.CharField(max_length=1000)
    is_resolved = models.BooleanField()
    is_sent_back = models.BooleanField(default=False)  # to the lead, to put it right (整改)

    class Meta:
        db_table = "request_call_back"
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~Q(facts=""), name="call_back_states_facts"),
        ]


class Ending(models.Model):
    """An end without a formal answer: not accepted, merged, withdrawn; the enterprise is told why.

    Grounds of non-acceptance: Weifang 12345 Regulation (2021) art. 19; a settled matter is not
    handled a second time, which is explained and filed: Jinan 12345 Regulation (2018) art. 25.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="endings")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=40, blank=True)  # of the mechanism, when not accepted
    basis = models.CharField(max_length=200, blank=True)
    where_to = models.CharField(max_length=200, blank=True)  # to whom the enterprise can turn
    explanation = models.CharField(max_length=1000)
    earlier = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the case that settled it

    class Meta:
        db_table = "request_ending"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(explanation=""), name="ending_is_explained"),
        ]


class Reopening(models.Model):
    """重新办理: within the window after its end, with what is still not right."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reopenings")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    outcome_before = models.CharField(max_length=12)
    closed_before = models.DateTimeField()

    class Meta:
        db_table = "request_reopening"
        ordering = ["at", "id"]


class SavedView(models.Model):
    """A list as somebody wants to see it again: the query of its address under a name."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=1000)  # without page
    made_at = models.DateTimeField()

    class Meta:
        db_table = "saved_view"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_view_once"),
        ]


class SearchText(models.Model):
    """By which words a request is found (`foundation.search`): made again after each event on it.

    `words` are of what the enterprise may read: number, names, text, talk, plan, answer. `inside`
    are all words that staff may read: those and the internal notes, the co-handlers' opinions,
    reasons of returns, call-backs; and marks of the year, the month and who may see it. It is
    looked through for everybody, by its index; an enterprise's question is then asked of `words`.
    """

    case = models.OneToOneField(
        Case, primary_key=True, on_delete=models.CASCADE, related_name="search_text"
    )
    opened_at = models.DateTimeField()
    words = SearchVectorField()
    inside = SearchVectorField(null=True)

    class Meta:
        db_table = "request_search"
        # a pending list would make now and then one search pay for a thousand writes
        indexes = [
            GinIndex(fields=["inside"], name="request_search_inside", fastupdate=False),
        ]
