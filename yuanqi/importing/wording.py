"""What is wrong with a cell and what to do about it, a pair of sentences a reason."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TEXT_FORMAT = _("请先把这一列设成“文本”格式，再重新录入。")

WORDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "missing": (_("必填，这里空着"), _("请补上。")),
    "formula": (_("公式出错：%(error)s"), _("请改成具体的内容，或粘贴为数值。")),
    "formula-empty": (_("公式还没有算出结果"), _("请用 Excel 打开保存一次，或粘贴为数值。")),
    "merged": (_("和第 %(line)s 行的单元格合并在一起"), _("请取消合并，每一行都填上。")),
    "invisible": (_("有看不见的字符"), _("请删去后重新录入这一格。")),
    "too-long": (_("最多 %(most)s 个字，这里有 %(length)s 个"), _("请缩短。")),
    "not-text": (_("这里应是文字"), _("请改成文字。")),
    "extra": (_("这一行比表头多出内容"), _("请删去多出的单元格，或给它加上列名。")),
    "uscc-number": (_("代码被 Excel 变成了数字，后几位已经丢失"), _TEXT_FORMAT),
    "uscc-form": (
        _("不是 18 位数字和大写字母（不含 I、O、S、V、Z）"),
        _("请对照营业执照重新录入。"),
    ),
    "uscc-organisation": (
        _("第 17 位和第 9 至 16 位对不上"), _("请对照营业执照，看这几位有没有录错。"),
    ),
    "uscc-final": (_("末位和前 17 位对不上"), _("请对照营业执照，逐位核对。")),
    "date-form": (_("不是日期"), _("请写成 2026-11-05 这样。")),
    "date-ambiguous": (
        _("分不清是几月几日"), _("请写成 2026-11-05 这样，年在最前。"),
    ),
    "date-number": (_("是数字，不是日期"), _("请把这一列设成日期格式，或写成 2026-11-05。")),
    "date-future": (_("日期在今天以后"), _("请核对年份。")),
    "month-form": (_("不是月份"), _("请写成 2026-11 这样。")),
    "month-future": (_("月份还没有到"), _("请核对年月。")),
    "number-form": (_("不是数字"), _("请只填数字，单位按列名。")),
    "number-negative": (_("不能是负数"), _("请核对。")),
    "number-large": (_("数字太大"), _("请核对单位，应按列名里的单位填。")),
    "number-whole": (_("应是整数"), _("请去掉小数。")),
    "choice": (_("不在可选的值里"), _("请填其中之一：%(options)s。")),
    "url-form": (_("不是网址"), _("请写成 https:// 开头的网址，或空着。")),
    "phone-form": (_("不是电话号码"), _("请填手机号或带区号的座机号。")),
    "phone-number": (_("电话被 Excel 变成了科学记数"), _TEXT_FORMAT),
    "industry-unknown": (
        _("GB/T 4754 里没有这个行业代码"), _("请填门类字母加数字，例如 C3922，或空着。"),
    ),
    "twice-code": (
        _("和第 %(line)s 行的代码相同（%(other)s）"), _("同一家企业只留一行，请删去另一行。"),
    ),
    "twice-name": (
        _("和第 %(line)s 行的名称相同，代码却不同（%(other)s）"),
        _("请核对代码；是同一家就只留一行。"),
    ),
    "twice": (_("和第 %(line)s 行重复（%(other)s）"), _("只留一行。")),
    "unknown-enterprise": (
        _("名录里没有这家企业"), _("请先登记或导入企业，或改成正确的代码、全称。"),
    ),
    "several-enterprises": (_("名录里有几家叫这个名字"), _("请改填统一社会信用代码。")),
    "merged-enterprise": (
        _("这家企业已并入 %(name)s（%(code)s）"), _("请改填并入后的代码。"),
    ),
    "unknown-area": (_("没有这个片区"), _("可填：%(options)s。")),
    "unknown-group": (_("没有登记过这个集团"), _("请先登记集团，或空着。")),
    "unknown-department": (_("没有这个部门"), _("可填：%(options)s。")),
    "unknown-officer": (_("没有这位干部"), _("请核对姓名和部门，或先登记干部。")),
    "left-officer": (
        _("这位干部已离岗"), _("还在挂钩的请改成在岗的干部，已经结束的请填最后一天。"),
    ),
    "several-officers": (_("有几位干部同名"), _("请在“部门”列写明是哪个部门的。")),
    "overlap": (
        _("这段时间已由%(officer)s挂钩（%(from)s 起）"), _("请先结束原来的挂钩，或改开始日。"),
    ),
    "officer-twice": (_("这位干部同时是另一个角色"), _("挂钩和协助要两个人，请改一位。")),
    "overlap-line": (
        _("和第 %(line)s 行的挂钩时间重叠"),
        _("同一时间只能有一位：重复的只留一行，换人的请改日期。"),
    ),
    "end-before-start": (_("结束日不晚于开始日"), _("请核对两个日期。")),
    "main-taken": (
        _("这家企业已有主要联系人（%(name)s）"), _("请填“否”，或先在企业页上改。"),
    ),
    "main-twice": (_("第 %(line)s 行已是这家企业的主要联系人"), _("每家只留一位，请改成“否”。")),
    "no-figures": (_("这一行没有任何指标"), _("请至少填一项，或删去这一行。")),
    "code-taken": (
        _("项目代码已用于另一个项目（%(other)s）"), _("请核对项目代码。"),
    ),
}  # fmt: skip


def words(reason: str, details: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is wrong and what to do, in the language of who reads it."""
    wrong, advice = WORDS[reason]
    return str(wrong) % details, str(advice) % details
