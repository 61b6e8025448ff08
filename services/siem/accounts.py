"""Accounts as Windows writes them, domain and name in one text."""


def account(text: str) -> dict[str, object]:
    """The contract's fields of an account with a domain in front; none where the text has no domain."""
    domain, backslash, name = text.rpartition("\\")
    return {"entities.user.name": name, "entities.user.domain": domain} if backslash and name else {}
