"""Every errcode that a send can come back with: what it means for the message, and a sentence for the console.

The codes are the platform's 全局返回码 and those of the single calls; the outcomes are ours. A code that is not listed is a
refusal with its number, so that no new code is ever taken for success.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.contracts.messages import SendOutcome, SendResult

# The access token is wrong or too old: refresh it once and ask again.
TOKEN_CODES = frozenset({40001, 40014, 42001})


@dataclass(frozen=True)
class ErrorRule:
    """`needs_operator`: configuration or authorisation is wrong, retrying helps nobody; it is logged as an error."""

    outcome: SendOutcome
    reason: str
    needs_operator: bool = False


def _retry(reason: str) -> ErrorRule:
    return ErrorRule(SendOutcome.RETRY_LATER, reason)


def _reject(reason: str) -> ErrorRule:
    return ErrorRule(SendOutcome.REJECTED, reason)


def _misconfigured(reason: str) -> ErrorRule:
    return ErrorRule(SendOutcome.REJECTED, reason, needs_operator=True)


RULES: Mapping[int, ErrorRule] = {
    0: ErrorRule(SendOutcome.ACCEPTED, ""),
    # busy, or too fast
    -1: _retry("微信系统繁忙,稍后再发"),
    45009: _retry("今天调用微信接口的次数用完了,零点后再发"),
    45011: _retry("发送太快,稍后再发"),
    # the token was refreshed once already when this is read
    40001: _retry("访问凭证无效,已刷新仍不行,稍后再发"),
    40014: _retry("访问凭证不合法,已刷新仍不行,稍后再发"),
    42001: _retry("访问凭证过期,已刷新仍不行,稍后再发"),
    # not by this route
    45015: ErrorRule(SendOutcome.WINDOW_CLOSED, "居民超过 48 小时没有来消息,不能再发客服消息"),
    45047: ErrorRule(SendOutcome.QUOTA_USED, "本次对话能发的客服消息已用完"),
    43101: ErrorRule(SendOutcome.NO_CONSENT, "居民没有同意接收这类通知,或同意的次数已用完"),
    43004: ErrorRule(SendOutcome.NO_CONSENT, "居民没有关注公众号"),
    48002: ErrorRule(SendOutcome.NO_CONSENT, "居民拒收这个账号的消息"),
    # this resident
    40003: _reject("微信用户编号无效(居民可能已换号,或属于另一个账号)"),
    43019: _reject("居民把账号加入了黑名单"),
    50002: _reject("居民的微信账号受限"),
    # this message
    40008: _reject("消息类型不合法"),
    40029: _reject("登录码无效或已用过"),
    40163: _reject("登录码已用过"),
    40226: _reject("该微信用户被识别为高风险,拒绝登录"),
    40129: _reject("小程序码的场景值不合格式"),
    40007: _reject("媒体文件编号无效或已过期(微信只保存三天)"),
    41006: _reject("缺少媒体文件编号"),
    44004: _reject("消息内容为空"),
    45001: _reject("媒体文件太大"),
    45002: _reject("消息内容超过微信的长度限制"),
    45080: _reject("居民 30 秒内没有来消息,不能显示“正在输入”"),
    45081: _reject("已经显示“正在输入”"),
    47001: _reject("请求数据的格式有误"),
    87014: _reject("内容被微信判为违规"),
    # the installation
    40013: _misconfigured("AppID 无效,请检查账号配置"),
    40037: _misconfigured("通知模板编号无效,请检查模板配置"),
    40097: _misconfigured("接口参数有误"),
    40125: _misconfigured("AppSecret 无效,请检查账号配置"),
    40164: _misconfigured("本机地址不在微信的 IP 白名单中"),
    40165: _misconfigured("跳转小程序的页面不存在"),
    40243: _misconfigured("AppSecret 已被冻结"),
    41002: _misconfigured("缺少 AppID"),
    41004: _misconfigured("缺少 AppSecret"),
    41028: _misconfigured("表单编号无效或过期"),
    41029: _misconfigured("表单编号已用过"),
    41030: _misconfigured("通知要打开的页面不存在"),
    43107: _misconfigured("订阅消息功能被微信封禁"),
    45109: _misconfigured("统一服务消息接口已停用"),
    47003: _misconfigured("通知的某一栏不合要求"),
    48001: _misconfigured("账号没有这个接口的权限"),
    48004: _misconfigured("接口被微信封禁,请登录公众平台查看"),
    50001: _misconfigured("账号没有授权这个接口"),
    61004: _misconfigured("本机地址没有登记"),
    61451: _misconfigured("客服接口参数有误"),
    61452: _misconfigured("客服账号无效"),
    89503: _misconfigured("这次调用要管理员确认"),
}


def rule_of(code: int) -> ErrorRule:
    """Return the rule of an errcode; a code that is not in the table is a refusal."""
    return RULES.get(code) or _reject("微信拒绝了这条消息")


def result_of(code: int, message: str = "", provider_id: str = "") -> SendResult:
    """Return what the errcode means for the message sent; `message` (errmsg) is kept where it says more than our table."""
    rule = rule_of(code)
    if rule.outcome is SendOutcome.ACCEPTED:
        return SendResult(rule.outcome, provider_id=provider_id, code=str(code), reason=rule.reason)
    # errmsg names the field (47003) or explains a code that we do not know
    detail = f":{message[:200]}" if message and (code == 47003 or code not in RULES) else ""
    return SendResult(rule.outcome, code=str(code), reason=rule.reason + detail)
