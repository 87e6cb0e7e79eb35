"""What the events of tokens and webhooks are called."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "integration.token_made": pgettext_lazy("event", "开出接口令牌"),
    "integration.token_revoked": pgettext_lazy("event", "停用接口令牌"),
    "integration.webhook_made": pgettext_lazy("event", "登记推送"),
    "integration.webhook_paused": pgettext_lazy("event", "推送暂停"),
    "integration.webhook_resumed": pgettext_lazy("event", "推送恢复"),
    "integration.webhook_removed": pgettext_lazy("event", "删除推送"),
    "integration.webhook_secret_renewed": pgettext_lazy("event", "更换推送密钥"),
}
