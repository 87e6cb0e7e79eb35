"""Papers that the demo park's people hand in and give out: small drawn files, stored as uploads.

The PDFs name a font that every reader supplies for Chinese, so that none is embedded.
"""

from collections.abc import Callable
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from yuanqi.foundation import files
from yuanqi.foundation.files import Upload

_PAGE = (595, 842)  # A4 in points

# name of the file, title, lines
_TEXTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "water": ("水质检测报告.pdf", "水质检测报告", (
        "样品：试产废水，处理后，瞬时样 3 份",
        "COD 38 mg/L　氨氮 1.7 mg/L　总氟 6.2 mg/L　pH 7.4",
        "结论：所检项目符合间接排放限值。",
    )),
    "approval": ("原环评批复（2021）.pdf", "关于建设项目环境影响报告表的批复", (
        "项目：一期生产线，建设内容见附表",
        "废水：生活污水接管，无生产废水外排。",
        "建设内容发生重大变动的，应当重新报批。",
    )),
    "process": ("新产线工艺说明.pdf", "新产线工艺说明", (
        "配料、成型、排胶、烧结、研磨、清洗、检验",
        "清洗用纯水每天约 22 吨，回用 2 吨，排放约 20 吨。",
    )),
    "load": ("负荷计算书.pdf", "用电负荷计算书", (
        "设备容量合计 4,860 kW，需要系数 0.62，同时率 0.75",
        "补偿后功率因数 0.95，建议变压器容量按计算值上浮一档。",
    )),
    "statement": ("对账单和催款函.pdf", "往来款对账单", (
        "截至上月末，已开票未付款共 3 笔，双方财务盖章确认。",
        "催款函：第 1 次至第 4 次，快递签收记录附后。",
    )),
    "form": ("填写示例.pdf", "表格填写示例", (
        "一、主体信息：按营业执照填写，经办人留手机号。",
        "二、事项说明：写清数量、时间和用途，一事一表。",
    )),
    "opinion": ("意见书.pdf", "意见书", (
        "经现场查看和核对资料，意见如下：",
        "一、列入清单的事项按期完成，完成后拍照上传。",
        "二、其余事项结合下一次检修安排，不作强制要求。",
    )),
    "accounts": ("年度审计报告（摘要）.pdf", "年度审计报告（摘要）", (
        "按企业会计准则编制，在所有重大方面公允反映。",
        "营业收入、资产总计、从业人员平均数见附表一。",
    )),
    "rd-audit": ("研发费用专项审计报告.pdf", "研发费用专项审计报告", (
        "研发费用按项目归集，和加计扣除申报表一致。",
        "知识产权、研发人员名单见附表。",
    )),
    "steps": ("办理步骤和联系人.pdf", "办理步骤和联系人", (
        "第一步：网上提交，1 个工作日内受理。",
        "第二步：部门审核，承诺时限见表。",
        "第三步：领取结果，电子件与纸质件效力相同。",
    )),
}  # fmt: skip


def stored() -> dict[str, Upload]:
    """Draw the papers and store their bytes; return them by name. Storing again changes nothing."""
    found = {name: _kept(file, pdf(title, lines)) for name, (file, title, lines) in _TEXTS.items()}
    drawn: dict[str, tuple[str, Callable[[], bytes]]] = {
        "photo": ("现场照片.png", photo),
        "plan": ("平面图.png", plan),
    }
    for name, (file, draw) in drawn.items():
        found[name] = _kept(file, draw())
    return found


def _kept(name: str, content: bytes) -> Upload:
    return files.check([SimpleUploadedFile(name, content)])[0]


def pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """One page of text as a PDF, always the same bytes."""
    text = [_shown(title, 20, 770)]
    text += [_shown(line, 12, 724 - 28 * number) for number, line in enumerate(lines)]
    content = "\n".join(["BT", *text, "ET"]).encode()
    width, height = _PAGE
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}]"
            " /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
        ).encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light"
        b" /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
        b" /FontDescriptor 7 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 /FontBBox [-25 -254 1000 880] >>",
    ]
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _shown(text: str, size: int, y: int) -> str:
    return f"/F1 {size} Tf 1 0 0 1 64 {y} Tm <{text.encode('utf-16-be').hex()}> Tj"


def photo() -> bytes:
    """A road with a sunken patch and two cones, as a child would photograph it."""
    image = Image.new("RGB", (960, 640), "#aebcc8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 220, 960, 640), fill="#6b6f73")
    draw.polygon([(0, 640), (0, 300), (960, 220), (960, 640)], fill="#5d6165")
    for x in range(-40, 960, 160):
        draw.polygon([(x, 470), (x + 90, 455), (x + 96, 467), (x + 6, 482)], fill="#d9d9d2")
    draw.ellipse((330, 360, 640, 520), fill="#3a3c3f")
    draw.ellipse((370, 385, 600, 500), fill="#26282a")
    for x in (290, 660):
        draw.polygon([(x, 330), (x - 26, 420), (x + 26, 420)], fill="#e0632a")
        draw.polygon([(x - 10, 366), (x + 10, 366), (x + 15, 386), (x - 15, 386)], fill="#f4f4f0")
    return _png(image)


def plan() -> bytes:
    """A floor plan with the changed part in red."""
    image = Image.new("RGB", (960, 640), "#ffffff")
    draw = ImageDraw.Draw(image)
    for box in ((60, 60, 900, 580), (60, 60, 420, 320), (420, 60, 900, 320), (60, 320, 620, 580)):
        draw.rectangle(box, outline="#2a2f36", width=5)
    draw.rectangle((620, 320, 900, 580), outline="#c0392b", width=7)
    for offset in range(0, 280, 20):
        draw.line((620 + offset, 580, min(900, 620 + offset + 130), 450), fill="#e6b0aa", width=2)
    for number, (x, y) in enumerate(((220, 180), (640, 180), (320, 440), (740, 380)), start=1):
        draw.text((x, y), f"No.{number}", fill="#2a2f36")
    draw.line((60, 608, 900, 608), fill="#7d868f", width=2)
    draw.text((460, 614), "36 000", fill="#7d868f")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
