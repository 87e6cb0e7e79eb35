"""When two names may mean the same firm."""

import re
import unicodedata

_SIGNS = re.compile(r"[\s\-—–·・.,，。、'\"“”‘’_/\\]+")
_BRACKETS = re.compile(r"[(\[{【〔《<][^)\]}】〕》>]*[)\]}】〕》>]")
_FORMS = (
    "股份有限公司", "有限责任公司", "有限公司", "合伙企业", "有限合伙", "集团公司", "总公司",
    "分公司", "公司", "集团",
)  # fmt: skip
_PLACE = re.compile(
    r"^[\u4e00-\u9fff]{2,8}?(?:省|自治区|市|开发区|高新区|区|县)(?=[\u4e00-\u9fff]{4})"
)
_SHORTEST_CORE = 4  # characters: shorter ones are shared by many firms


def name_key(name: str) -> str:
    """Return a name as it is compared: half-width, without blanks and signs between words."""
    if not name.isascii() and "（" not in name and name.isalnum():
        return name.casefold()
    return _SIGNS.sub("", unicodedata.normalize("NFKC", name).casefold())


def core(key: str) -> str:
    """Return what is left of a name without place and legal form; "" if that says too little.

    云泽市松濑精密陶瓷（中国）有限公司 and 松濑精密陶瓷有限责任公司 are alike.
    """
    found = _BRACKETS.sub("", key) if "(" in key or "【" in key else key
    for form in _FORMS:
        if found.endswith(form):
            found = found[: -len(form)]
            break
    while place := _PLACE.match(found):
        found = found[place.end() :]
    return found if len(found) >= _SHORTEST_CORE else ""


def short(name: str) -> str:
    """Return a short name for one that came without: the name without place and legal form."""
    found = core(unicodedata.normalize("NFKC", name)) or name
    return found[:30]
