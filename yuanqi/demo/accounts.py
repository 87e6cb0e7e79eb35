"""The accounts that a visitor of the demo park is offered: one for each role."""

from django.utils.translation import gettext as _

# the same for all and every time, so that people can type it; the demo park holds nothing real
PASSWORD = "yunze-demo-2026"  # noqa: S105


def demo_accounts() -> list[dict[str, str]]:
    """Return username, password, role and what one sees, in the order of a request's way."""
    offered = (
        ("enterprise", _("企业联系人"), _("松濑精密陶瓷的许若楠：提诉求、看进展、补材料、评价")),
        ("centre", _("服务中心"), _("周敏：待派单、即将超时、已超时、退单、差评回访")),
        ("handler", _("主办部门经办"), _("安环局何思远：待签收和在办的，按紧急排")),
        ("cohandler", _("协办部门经办"), _("规建局陆瑶：主办的和请她协办的")),
        ("officer", _("挂钩干部"), _("沈一帆：挂钩的 10 家企业在等什么")),
        ("head", _("部门负责人"), _("安环局局长宋知行：本局的诉求、值班和外出")),
        ("leader", _("分管领导"), _("管委会副主任郑立群：在办、超时和满意率，点数字看明细")),
        ("sysadmin", _("系统管理员"), _("账号、部门、人员、值班和设置；不能授权，看不到业务")),
        ("secadmin", _("安全管理员"), _("提出授权、撤销角色、清查账号；授权要第二人确认")),
        ("secadmin2", _("第二位安全管理员"), _("确认或驳回第一位提出的授权")),
        ("audadmin", _("审计管理员"), _("看日志、封存和谁查过个人信息；什么也改不了")),
    )
    return [
        {"username": username, "password": PASSWORD, "label": label, "sees": sees}
        for username, label, sees in offered
    ]
