"""An import from the file to its undoing: what was found in it, what it brought."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.foundation.models import Account


class ImportKind(models.TextChoices):
    ENTERPRISES = "enterprises", pgettext_lazy("several", "企业")
    CONTACTS = "contacts", pgettext_lazy("several", "联系人")
    INDICATORS = "indicators", _("月度指标")
    PROJECTS = "projects", _("项目")
    LINKS = "links", _("挂钩关系")
    OFFICERS = "officers", pgettext_lazy("several", "干部")


class ImportState(models.TextChoices):
    """How far an import has come. Only WRITING and UNDOING change registers, each in one
    transaction."""

    MATCHING = "matching", _("核对列")
    CHECKING = "checking", _("检查中")
    CHECKED = "checked", _("等您确认")
    WRITING = "writing", _("写入中")
    DONE = "done", _("已导入")
    UNDOING = "undoing", _("撤销中")
    UNDONE = "undone", _("已撤销")
    DISCARDED = "discarded", _("已放弃")


class Choice(models.TextChoices):
    """What to do with a row whose subject stands in the register already."""

    SKIP = "skip", _("跳过")
    UPDATE = "update", _("更新已有的")
    NEW = "new", _("另外登记")
    MERGE = "merge", _("登记并把已有的并入")


class Import(models.Model):
    """One file on its way into one register.

    `head` is the row of column heads as typed, `matching` the key of the column that each stands
    for ("" for none). `source` tells of the file: sheet, other and hidden sheets, encoding.
    `common_choice` is what is done with rows known by their code, where `ImportMatch` doesn't say
    otherwise.
    """

    kind = models.CharField(max_length=12, choices=ImportKind.choices)
    state = models.CharField(
        max_length=12, choices=ImportState.choices, default=ImportState.MATCHING
    )
    file_name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    source = models.JSONField(default=dict)
    head_line = models.IntegerField(default=1)
    head = models.JSONField(default=list)
    matching = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    faults = models.IntegerField(default=0)
    bad_rows = models.IntegerField(default=0)
    fresh = models.IntegerField(default=0)  # rows that are new to the register
    same = models.IntegerField(default=0)  # rows that say what stands there already
    known = models.IntegerField(default=0)  # rows that say something else
    common_choice = models.CharField(
        max_length=8, choices=Choice.choices, default=Choice.SKIP
    )  # fmt: skip
    rows_kept = models.BooleanField(default=True, db_default=True)  # the file still lies there
    note = models.CharField(max_length=200, blank=True)  # why it came back, if it did
    confirmed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    made = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    merged = models.IntegerField(default=0)
    undone_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "import"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sha256"],
                condition=models.Q(state="done"),
                name="import_of_a_file_once",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def stream(self) -> str:
        return f"import:{self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)


class ImportProgress(models.Model):
    """How many rows a job has done: written beside its transaction, so that pages see it move."""

    import_id = models.BigIntegerField(primary_key=True)
    phase = models.CharField(max_length=12)  # waiting, checking, writing, undoing
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)

    class Meta:
        db_table = "import_progress"


class ImportFault(models.Model):
    """What is wrong with a cell, or with a row (no column); `reason` has its words in `wording`."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="found")
    line = models.IntegerField()
    column = models.SmallIntegerField(null=True)
    head = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=30)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "import_fault"
        indexes = [models.Index(fields=["of", "line", "id"], name="import_fault_line")]


class ImportMatch(models.Model):
    """A row whose subject stands in the register already, and what to do with it.

    `how`: by its code ("code"), or only by its name or a like one ("name"). `changes` lists what
    differs: [column, as it stands, as the file says].
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="matches")
    line = models.IntegerField()
    how = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    existing_id = models.BigIntegerField()
    existing = models.CharField(max_length=200)
    changes = models.JSONField(default=list)
    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True)

    class Meta:
        db_table = "import_match"
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="import_match_line")]


class ImportEntry(models.Model):
    """A row of a register that the import made (`before` is null) or changed.

    `digest` is over the row as the import left it: another one later says that somebody has
    changed it since.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="entries")
    table = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    digest = models.CharField(max_length=32)

    class Meta:
        db_table = "import_entry"
        indexes = [models.Index(fields=["of", "id"], name="import_entry_of")]
