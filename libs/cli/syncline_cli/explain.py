"""What people read when something did not work: what happened, why, what to do; the trace id last."""

from collections.abc import Iterator, Mapping
from typing import Any

from syncline_cli.failures import Failure, Refused

ADVICE = {
    "invalid": "Correct what is named, and try again.",
    "unauthenticated": "Sign in: syncline login",
    "forbidden": "Ask an administrator of your account.",
    "not_found": "Check the name or id; you see only what was granted to you.",
    "name_taken": "Choose another name, or use the one that is there.",
    "in_use": "Free it first, then try again.",
    "ticket_expired": "Check the credential again.",
    "guard_blocked": "Use the system's public address.",
    "stale": "Somebody changed it meanwhile. Look at it again, then repeat the change.",
    "idempotency_mismatch": "Run the command again.",
    "too_large": "Send less at once.",
    "unavailable": "Try again shortly; `syncline status` shows what is missing.",
    "internal": "Try again; if it stays, report it with the trace id.",
}


def explained(failure: Failure) -> Iterator[str]:
    yield failure.message
    if isinstance(failure, Refused):
        yield from _refusal(failure, failure.reply.document)
        return
    yield from (
        f"{label}: {text}" for label, text in (("Why", failure.why), ("What to do", failure.advice)) if text
    )


def _refusal(refused: Refused, problem: Mapping[str, Any]) -> Iterator[str]:
    yield f"Why: {_sentence(str(problem.get('title', '')))} ({refused.problem_code})"
    if problem.get("detail"):
        yield f"     {problem['detail']}"
    if advice := refused.advice or _advice(refused, problem):
        yield f"What to do: {advice}"
    for fault in problem.get("errors", []):
        fix = f" To mend it: {fault['fix']}" if fault.get("fix") else ""
        yield f"  {fault['pointer'] or '/'}  {_sentence(fault['message'])}{fix}"
    if problem.get("trace_id"):
        yield f"Trace id: {problem['trace_id']}"


def _advice(refused: Refused, problem: Mapping[str, Any]) -> str:
    match refused.problem_code:
        case "rate_limited":
            return f"Wait {refused.reply.headers.get('retry-after', 'some')} seconds, then try again."
        case "illegal_move":
            return f"Possible now: {', '.join(problem.get('allowed') or ['nothing'])}."
        case "already_done":
            return f"It was done, its answer was lost on the way. Its id: {problem.get('id', 'unknown')}"
    return ADVICE.get(refused.problem_code, "")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
