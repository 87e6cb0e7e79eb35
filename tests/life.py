"""A request brought to any stage of its life, and people who sign in and send forms about it."""

import io
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, Task
from yuanqi.foundation import files
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler

TEXT = "新产线每天约 20 吨处理后废水，要重新办哪些手续？设备已经订了。"


class Wall:
    """The clock on the wall: pages ask it, tests set it."""

    def __init__(self) -> None:
        self.now = at("11-05 10:00")

    def set(self, text: str) -> None:
        self.now = at(text)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall(monkeypatch) -> Wall:
    found = Wall()
    monkeypatch.setattr("django.utils.timezone.now", found)
    return found


@pytest.fixture
def files_root(settings, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


@pytest.fixture
def client_of(zone: Zone) -> Callable[..., Client]:
    """Return a client in which somebody of the zone has signed in."""

    def enter(who: str, **options: object) -> Client:
        client = Client(**options)
        client.force_login(getattr(zone, who).account)
        return client

    return enter


def photo(name: str = "路面 1.jpg", color: str = "red") -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(kept, "JPEG")
    return SimpleUploadedFile(name, kept.getvalue(), "image/jpeg")


def program(name: str = "photo.jpg") -> SimpleUploadedFile:
    """What says that it is a photograph and is none."""
    return SimpleUploadedFile(name, b"MZ\x90\x00" + bytes(100), "image/jpeg")


def sent(**values: object) -> dict[str, object]:
    """What a form sends that was shown once."""
    return {"once": str(uuid4()), **values}


class Life:
    """Brings a request from stage to stage; the clock on the wall goes along."""

    def __init__(self, zone: Zone, wall: Wall) -> None:
        self.zone, self.wall = zone, wall

    def bring(self, stage: str) -> int:
        """Return the id of a request that stands in `stage`: one of STAGES, or with an extension
        asked for, or the second of two that the enterprise has just raised."""
        if stage == "twice_submitted":
            self._submitted()
            return self._submitted()
        if stage == "extension_asked":
            case_id = self.bring("accepted")
            self._extension_asked(case_id)
            return case_id
        case_id = self._submitted()
        for name in STAGES[1 : STAGES.index(stage) + 1]:
            getattr(self, f"_{name}")(case_id)
        return case_id

    def _as(self, who: str, when: str) -> dict[str, object]:
        self.wall.set(when)
        return {"actor": self.zone.actor(getattr(self.zone, who), self.wall.now), "at": at(when)}

    def _submitted(self) -> int:
        return desk.request_raise(
            contact_id=self.zone.contact.pk,
            category="ENV",
            level="P2",
            text=TEXT,
            uploads=files.check([photo("工艺说明.jpg", "blue")]),
            **self._as("contact", "11-05 10:00"),
        )

    def _dispatched(self, case_id: int) -> None:
        desk.request_dispatch(
            case_id=case_id,
            lead_id=self.zone.safety.pk,
            co_handlers=[CoHandler(self.zone.planning.pk, "核东区管网余量")],
            **self._as("clerk", "11-05 11:24"),
        )

    def _accepted(self, case_id: int) -> None:
        desk.request_accept(case_id=case_id, **self._as("safety_handler", "11-05 13:50"))

    def _extension_asked(self, case_id: int) -> None:
        cases.extension_ask(
            case_id=case_id,
            amount=Decimal(5),
            reason="专家组 11 月 24 日才到",
            **self._as("safety_colleague", "11-05 14:00"),
        )

    def _paused(self, case_id: int) -> None:
        cases.clock_pause(
            case_id=case_id,
            ground="enterprise-material",
            awaited="水质检测报告",
            **self._as("safety_handler", "11-05 14:20"),
        )

    def _supplied(self, case_id: int) -> None:
        cases.material_supply(
            case_id=case_id, body="报告已上传", **self._as("contact", "11-06 09:00")
        )

    def _co_handling(self, case_id: int) -> None:
        cases.task_start(
            case_id=case_id,
            task_id=task_of(case_id).pk,
            **self._as("planning_handler", "11-06 09:30"),
        )

    def _opined(self, case_id: int) -> None:
        cases.task_finish(
            case_id=case_id,
            task_id=task_of(case_id).pk,
            opinion="余量 60 吨",
            **self._as("planning_handler", "11-06 10:00"),
        )

    def _answered(self, case_id: int) -> None:
        desk.request_answer(
            case_id=case_id, body="可以接入", **self._as("safety_handler", "11-06 11:00")
        )

    def _call_back(self, case_id: int) -> None:
        cases.case_evaluate(
            case_id=case_id,
            level=2,
            is_resolved=False,
            was_contacted=True,
            complaint="没说清先后顺序",
            **self._as("contact", "11-06 13:30"),
        )

    def _closed(self, case_id: int) -> None:
        desk.request_call_back(
            case_id=case_id,
            spoke_with="许若楠",
            facts="已补充说明",
            is_resolved=True,
            **self._as("clerk", "11-06 14:00"),
        )


STAGES = (
    "submitted", "dispatched", "accepted", "paused", "supplied", "co_handling", "opined",
    "answered", "call_back", "closed",
)  # fmt: skip


@pytest.fixture
def life(zone: Zone, wall: Wall, files_root: Path) -> Life:
    return Life(zone, wall)


def task_of(case_id: int) -> Task:
    """The co-handler's task."""
    return Task.objects.get(case_id=case_id, kind="co_handle")


def case_of(case_id: int) -> Case:
    return Case.objects.get(pk=case_id)
