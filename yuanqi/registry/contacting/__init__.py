"""Always answered, never bothered (有求必应、无事不扰): what the park comes to an enterprise with.

Every slice that bothers an enterprise records it, under the lock of the enterprise's stream:

    contacting.operations.require_within(enterprise_id=…, reason=…, at=at)   # 422 beyond the budget
    contacting.acts.contact_record(writer, enterprise=…, kind=ContactKind.CALL, subject=…, …)

A slice above that knows why some enterprises may be come to more often says so (`budgets`).
See docs/decisions/0019-visits.md.
"""
